#compdef ecs-emulator
# zsh completion of ecs-emulator; in ~/.zshrc, after compinit: source <(ecs-emulator completion zsh)
_ecs_emulator() {
  local line value
  local -a found
  for line in "${(@f)$("${(Q)words[1]/#\~/$HOME}" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      '') ;;
      :files) compset -P '--*='; _files; return ;;
      :directories) compset -P '--*='; _files -/; return ;;
      *) value=${line%%$'\t'*}; found+=("${value//:/\\:}:${line#*$'\t'}") ;;
    esac
  done
  _describe 'ecs-emulator' found
}
if [[ ${funcstack[1]} == _ecs-emulator || ${funcstack[1]} == _ecs_emulator ]]; then
  _ecs_emulator "$@" # as a file of $fpath
else
  compdef _ecs_emulator ecs-emulator
fi
