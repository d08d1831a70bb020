#include "daemon/http/connections.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

using Wait = Connection::Wait;
using Cut = Connection::Cut;

const SteadyTime kStart{};

// A pair of sockets; `connections` has one of them.
struct Peer {
  Peer(Connections* connections, uint16_t port) {
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    sockaddr_in name{};
    name.sin_port = htons(port);
    inet_pton(AF_INET, "127.0.0.1", &name.sin_addr);
    connections->Add(ends[0], name, kStart);
    connection = connections->Find(ends[0], "", 0);
    REQUIRE(connection != nullptr);
  }
  ~Peer() {
    close(ends[0]);
    close(ends[1]);
  }

  // True if the process reads no more from it.
  bool ended() const {
    char byte = 0;
    return recv(ends[0], &byte, 1, MSG_DONTWAIT) == 0;
  }

  int ends[2];
  Connection* connection;
};

struct Peers {
  explicit Peers(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      all.push_back(
          std::make_unique<Peer>(&connections, static_cast<uint16_t>(i + 1)));
    }
  }
  Connection* operator[](size_t i) { return all[i]->connection; }
  std::vector<Cut> Cuts() const {
    std::vector<Cut> cuts;
    for (const auto& peer : all) cuts.push_back(peer->connection->cut());
    return cuts;
  }

  Connections connections;
  std::vector<std::unique_ptr<Peer>> all;
};

SteadyTime After(int64_t ms) { return kStart + Milliseconds(ms); }

}  // namespace

TEST_CASE("a wait is cut at its deadline, and not before") {
  Peers peers(3);
  peers[0]->Begin(Wait::kBody, kStart, Milliseconds(1000));
  peers[1]->Begin(Wait::kReader, kStart, Milliseconds(2000));
  peers[2]->Begin(Wait::kBody, kStart, Milliseconds(1000));
  peers[2]->End();
  peers.connections.CutOverdue(After(999));
  CHECK(peers.Cuts() == std::vector<Cut>{Cut::kNot, Cut::kNot, Cut::kNot});
  peers.connections.CutOverdue(After(1000));
  CHECK(peers.Cuts() == std::vector<Cut>{Cut::kDeadline, Cut::kNot, Cut::kNot});
  CHECK(peers.all[0]->ended());
  CHECK_FALSE(peers.all[1]->ended());
}

TEST_CASE("idle ones give way first, then the slowest") {
  Peers peers(4);
  peers[0]->Begin(Wait::kBody, After(0), Milliseconds(60'000));
  peers[1]->Begin(Wait::kReader, After(100), Milliseconds(60'000));
  peers[2]->Begin(Wait::kRequest, After(700), Milliseconds(60'000));
  peers[3]->End();
  const auto give_way = [&](size_t most) {
    peers.connections.GiveWay(most, Milliseconds(200), After(1000));
    return peers.Cuts();
  };
  CHECK(give_way(1) ==
        std::vector<Cut>{Cut::kNot, Cut::kNot, Cut::kGaveWay, Cut::kNot});
  // Former cuts count.
  CHECK(give_way(1)[0] == Cut::kNot);
  CHECK(give_way(2) ==
        std::vector<Cut>{Cut::kGaveWay, Cut::kNot, Cut::kGaveWay, Cut::kNot});
  // Connections without a wait stay.
  CHECK(give_way(9) == std::vector<Cut>{Cut::kGaveWay, Cut::kGaveWay,
                                        Cut::kGaveWay, Cut::kNot});
}

TEST_CASE("who keeps the rate does not give way") {
  Peers peers(2);
  for (size_t i = 0; i < 2; ++i) {
    peers[i]->Begin(Wait::kBody, kStart, Milliseconds(60'000));
  }
  peers[0]->Moved(900 * Connection::kBytesPerMs, After(900));
  peers[1]->Moved(700 * Connection::kBytesPerMs, After(900));
  peers.connections.GiveWay(9, Milliseconds(200), After(1000));
  CHECK(peers.Cuts() == std::vector<Cut>{Cut::kNot, Cut::kGaveWay});
}

TEST_CASE(
    "where nothing moves for a while, a good rate of before is no excuse") {
  Peers peers(2);
  for (size_t i = 0; i < 2; ++i) {
    peers[i]->Begin(Wait::kReader, kStart, Milliseconds(60'000));
    peers[i]->Moved(100'000 * Connection::kBytesPerMs,
                    After(i == 0 ? 700 : 900));
  }
  peers.connections.GiveWay(9, Milliseconds(200), After(1000));
  CHECK(peers.Cuts() == std::vector<Cut>{Cut::kGaveWay, Cut::kNot});
}

TEST_CASE("who was cut while idle is cut again as a reader") {
  Peers peers(1);
  peers[0]->Begin(Wait::kRequest, kStart, Milliseconds(60'000));
  peers.connections.GiveWay(1, Milliseconds(200), After(1000));
  REQUIRE(peers.Cuts() == std::vector<Cut>{Cut::kGaveWay});
  // Its request had arrived.
  peers[0]->Begin(Wait::kReader, After(1000), Milliseconds(500));
  CHECK(send(peers.all[0]->ends[0], "x", 1, MSG_NOSIGNAL) == 1);
  SECTION("as others wait") {
    peers.connections.GiveWay(1, Milliseconds(200), After(1400));
  }
  SECTION("at its deadline") { peers.connections.CutOverdue(After(1500)); }
  CHECK(send(peers.all[0]->ends[0], "x", 1, MSG_NOSIGNAL) == -1);
}

TEST_CASE("what a client has sent can be read after a cut") {
  Peers peers(1);
  REQUIRE(send(peers.all[0]->ends[1], "ab", 2, 0) == 2);
  peers[0]->Begin(Wait::kBody, kStart, Milliseconds(10));
  peers.connections.CutOverdue(After(10));
  char bytes[4];
  CHECK(recv(peers.all[0]->ends[0], bytes, sizeof(bytes), 0) == 2);
  CHECK(recv(peers.all[0]->ends[0], bytes, sizeof(bytes), 0) == 0);
  CHECK(send(peers.all[0]->ends[0], "x", 1, MSG_NOSIGNAL) == 1);
}

TEST_CASE("a connection is found by descriptor or address until it closes") {
  Peers peers(2);
  CHECK(peers.connections.count() == 2);
  CHECK(peers.connections.Find(-1, "127.0.0.1", 2) == peers[1]);
  CHECK(peers.connections.Find(-1, "127.0.0.2", 2) == nullptr);
  peers.connections.Close(peers[1]);
  CHECK(peers.connections.count() == 1);
  CHECK(peers.connections.Find(-1, "127.0.0.1", 2) == nullptr);
}

TEST_CASE("what is closed without a word is found by its descriptor") {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in here{};
  here.sin_family = AF_INET;
  inet_pton(AF_INET, "127.0.0.1", &here.sin_addr);
  auto* name = reinterpret_cast<sockaddr*>(&here);
  REQUIRE(bind(listener, name, sizeof(here)) == 0);
  REQUIRE(listen(listener, 8) == 0);
  socklen_t size = sizeof(here);
  getsockname(listener, name, &size);

  Connections connections;
  std::vector<int> clients;
  std::vector<int> served;
  const auto connect_one = [&] {
    clients.push_back(socket(AF_INET, SOCK_STREAM, 0));
    REQUIRE(connect(clients.back(), name, sizeof(here)) == 0);
    sockaddr_in peer{};
    size = sizeof(peer);
    served.push_back(
        accept(listener, reinterpret_cast<sockaddr*>(&peer), &size));
    return peer;
  };
  for (int i = 0; i < 3; ++i) {
    const sockaddr_in peer = connect_one();
    connections.Add(served.back(), peer, kStart);
  }
  connections.CloseGone();
  CHECK(connections.count() == 3);
  connect_one();
  close(served[1]);
  dup2(served[3], served[0]);  // reuses the first descriptor
  connections.CloseGone();
  CHECK(connections.count() == 1);
  CHECK(connections.Find(served[2], "", 0) != nullptr);
  for (const int fd : clients) close(fd);
  for (const int i : {0, 2, 3}) close(served[static_cast<size_t>(i)]);
  close(listener);
}
