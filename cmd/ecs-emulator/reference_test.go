package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/reference/flags.md and doc.go")

const aboutFlags = `# Commands and flags

<!-- written by make generate -->

Each flag can also be set by an environment variable: ` + "`--data-dir` is `ECS_EMULATOR_DATA_DIR`" + `. The command
line wins. The variable of [check](#check)'s ` + "`--strict` is `ECS_EMULATOR_CHECK_STRICT`, because `serve`" + ` has a
flag of that name with another meaning. The guides explain what the flags do:
[ps](../guide/ps.md), [ports](../guide/ports.md), [initial state](../guide/initial-state.md),
[container instances](../guide/container-instances.md), [volumes](../guide/storage.md),
[networking](../guide/networking.md), [secrets](../guide/secrets.md), [roles](../guide/roles.md),
[load balancers](../guide/load-balancers.md), [logs](../guide/logs.md),
[other AWS services](../guide/upstream.md), [lifecycle hooks](../guide/hooks.md), [time and faults](../guide/time-and-faults.md),
[sessions](../guide/exec.md), [checks of files](../guide/check.md), [clean up](../guide/cleanup.md), [rehearsals](../guide/rehearsals.md), [quotas](../guide/quotas.md), [rules and schedules](../guide/rules-and-schedules.md), [service auto scaling](../guide/service-auto-scaling.md), [alarms](../guide/alarms.md), [costs](../guide/costs.md), [conveniences](differences.md#conveniences),
[programs](../start/go-test.md#programs-on-the-engine).
`

// TestReferenceHasTheFlags holds docs/reference/flags.md and the comment of this package against the
// table of commands; with -update it writes both.
func TestReferenceHasTheFlags(t *testing.T) {
	page := aboutFlags
	comment := "// Command ecs-emulator is Amazon ECS on your own machine.\n//\n"
	for _, c := range commands() {
		page += reference(t, c)
		comment += fmt.Sprintf("//\tecs-emulator %-14s %s\n", c.name, c.summary)
	}
	hold(t, "../../docs/reference/flags.md", page)
	hold(t, "doc.go", comment+"//\n// `make generate` writes this list.\npackage main\n")
}

func hold(t *testing.T, path, want string) {
	t.Helper()
	is, err := os.ReadFile(path)
	if err == nil && string(is) == want {
		return
	}
	if !*update {
		t.Fatalf("%s is behind the commands of the program: run make generate", path)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// reference is the part of a command.
func reference(t *testing.T, c subcommand) string {
	t.Helper()
	for _, name := range []string{"AWS_ENDPOINT_URL_ECS", "AWS_ENDPOINT_URL", "ECS_EMULATOR_LISTEN"} {
		t.Setenv(name, "") // the default of --endpoint depends on these
	}
	flags := newFlags()
	c.declare(flags)
	page := fmt.Sprintf("\n## %s\n\n`%s`: %s\n", c.name, c.usage(flags), c.summary)
	for _, a := range c.arguments {
		page += fmt.Sprintf("\n- `%s`: %s", a.name, a.about)
	}
	if len(c.arguments) > 0 {
		page += "\n"
	}
	for _, group := range flags.grouped() {
		page += fmt.Sprintf("\n| %s | Value | Meaning |\n| --- | --- | --- |\n", group.title)
		for _, name := range group.names {
			value, meaning := describe(flags.Lookup(name))
			letter := ""
			if flags.letter(name) != "" {
				letter = " or `-" + flags.letter(name) + "`"
			}
			page += fmt.Sprintf("| `--%s`%s | %s | %s |\n", name, letter, value, strings.ReplaceAll(meaning, "|", `\|`))
		}
	}
	return page
}
