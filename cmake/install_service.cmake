# Installs the configuration and the systemd unit, which names full paths: those of
# the prefix that `cmake --install` is given, which knows it first.
#
# Services of the system are configured in /etc, be they in /usr or /usr/local.
if(CMAKE_INSTALL_PREFIX MATCHES "^/usr(/local)?/?$" AND NOT IS_ABSOLUTE "${etc}")
  set(etc /etc)
endif()
foreach(folder bin doc etc)
  cmake_path(ABSOLUTE_PATH ${folder} BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}" NORMALIZE)
endforeach()

configure_file(${source}/deploy/systemd/plumbline.service.in
               ${binary}/plumbline.service @ONLY)
file(INSTALL ${binary}/plumbline.service
     DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)

file(INSTALL ${source}/config/plumbline.example.yaml DESTINATION ${etc}/plumbline)
# What the operator has written stays.
if(NOT EXISTS $ENV{DESTDIR}${etc}/plumbline/plumbline.yaml)
  file(INSTALL ${source}/deploy/systemd/plumbline.yaml DESTINATION ${etc}/plumbline)
endif()
