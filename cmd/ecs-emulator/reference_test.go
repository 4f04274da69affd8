package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/reference/flags.md")

const aboutFlags = `# Commands and flags

<!-- written by make generate -->

Each flag can also be set by an environment variable: ` + "`--data-dir` is `ECS_EMULATOR_DATA_DIR`" + `. The command
line wins. The guides explain what the flags do:
[ports](../guide/ports.md), [initial state](../guide/initial-state.md),
[container instances](../guide/container-instances.md), [volumes](../guide/storage.md),
[networking](../guide/networking.md), [secrets](../guide/secrets.md), [roles](../guide/roles.md),
[load balancers](../guide/load-balancers.md), [logs](../guide/logs.md),
[other AWS services](../guide/upstream.md), [time and faults](../guide/time-and-faults.md),
[clean up](../guide/cleanup.md), [conveniences](differences.md#conveniences),
[programs](../start/go-test.md#programs-on-the-engine).
`

// TestReferenceHasTheFlags holds docs/reference/flags.md against the help of all commands; with
// -update it writes it.
func TestReferenceHasTheFlags(t *testing.T) {
	const path = "../../docs/reference/flags.md"
	page := aboutFlags
	for _, command := range []string{"serve", "logs", "events", "ports", "faults list", "faults add", "faults clear", "health", "prune"} {
		page += flagsOf(t, command)
	}
	is, err := os.ReadFile(path)
	if err == nil && string(is) == page {
		return
	}
	if !*update {
		t.Fatalf("%s is behind the flags of the program: run make generate", path)
	}
	if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A flag's help is a line with its name and one with its meaning.
var flagHelp = regexp.MustCompile(`(?m)^  (--[a-z0-9-]+) ?(.*)\n        (.*)$`)

// flagsOf is the part of a command, from its help.
func flagsOf(t *testing.T, command string) string {
	t.Helper()
	for _, name := range []string{"AWS_ENDPOINT_URL_ECS", "AWS_ENDPOINT_URL", "ECS_EMULATOR_LISTEN"} {
		t.Setenv(name, "") // the default of --endpoint depends on these
	}
	var stdout, help strings.Builder
	if code := run(append(strings.Fields(command), "-h"), &stdout, &help); code != 0 {
		t.Fatalf("%s -h ends with %d: %s", command, code, &help)
	}
	usage, _, _ := strings.Cut(strings.TrimPrefix(help.String(), "Usage: "), "\n")
	page := fmt.Sprintf("\n## %s\n\n`%s`\n\n| Flag | Value | Meaning |\n| --- | --- | --- |\n", command, usage)
	for _, match := range flagHelp.FindAllStringSubmatch(help.String(), -1) {
		page += fmt.Sprintf("| `%s` | %s | %s |\n", match[1], match[2], strings.ReplaceAll(match[3], "|", `\|`))
	}
	return page
}
