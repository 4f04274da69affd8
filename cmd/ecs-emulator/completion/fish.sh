# fish completion of ecs-emulator; in config.fish: ecs-emulator completion fish | source
function __ecs_emulator_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l assigned (string match -r -- '^--[^=]*=' "$typed")
    set -l path (string replace -r -- '^--[^=]*=' '' "$typed")
    for line in ($words[1] __complete $words[2..] "$typed" 2>/dev/null)
        switch $line
            case ':files'
                string replace -r -- '^' "$assigned" (__fish_complete_path "$path")
            case ':directories'
                string replace -r -- '^' "$assigned" (__fish_complete_directories "$path")
            case '*'
                echo $line
        end
    end
end
complete -c ecs-emulator -f -a '(__ecs_emulator_complete)'
