# bash completion of ecs-emulator; in ~/.bashrc: source <(ecs-emulator completion bash)
_ecs_emulator() {
  local line typed=${COMP_WORDS[COMP_CWORD]}
  local IFS=$'\n' # a name of a file may hold blanks
  if [[ $typed == '=' ]]; then typed=; fi
  COMPREPLY=()
  while read -r line; do
    case $line in
      :files) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- "$typed")) ;;
      :directories) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -d -- "$typed")) ;;
      *) COMPREPLY+=("${line%%$'\t'*}") ;;
    esac
  done < <("${COMP_WORDS[0]/#\~/$HOME}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _ecs_emulator ecs-emulator
