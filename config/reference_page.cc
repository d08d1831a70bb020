// Prints docs/configuration-keys.md.

#include <iostream>

#include "config/reference.h"

int main() { std::cout << plumbline::ReferencePage(); }
