package script

func writeProgram(args []string, env Environment) (Script, bool) {
	if len(args) != 2 {
		return Script{}, false
	}
	if !env.WriteFile(args[0], args[1]) {
		return complains("open " + args[0] + ": read-only file system"), true
	}
	return Exits(0, 0), true
}

// readProgram prints a file.
func readProgram(args []string, env Environment) (Script, bool) {
	if len(args) != 1 {
		return Script{}, false
	}
	lines, exists := env.ReadFile(args[0])
	if !exists {
		return complains("open " + args[0] + ": no such file or directory"), true
	}
	script := Exits(0, 0)
	script.Logs = Lines(lines...)
	return script, true
}

// complains is what a program does that has failed.
func complains(text string) Script {
	script := Exits(0, 1)
	script.Logs = []Line{{Stderr: true, Text: text}}
	return script
}
