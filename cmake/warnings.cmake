# Warnings for the project's own code, and the chosen sanitizers for all of it.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow=local -Wnon-virtual-dtor
                    -Wold-style-cast -Woverloaded-virtual -Wvla)
if(PLUMBLINE_WERROR)
  add_compile_options(-Werror)
endif()
if(PLUMBLINE_SANITIZE)
  add_compile_options(-fsanitize=${PLUMBLINE_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PLUMBLINE_SANITIZE})
endif()
