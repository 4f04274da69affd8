package main

import (
	"net"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
)

func TestAWrongCommandLineIsOneLine(t *testing.T) {
	for line, want := range map[string]string{
		"dance":                                 `ecs-emulator: unknown command "dance"; 'ecs-emulator help' lists them`,
		"sever":                                 `ecs-emulator: unknown command "sever"; did you mean serve?`,
		"faults ad crash":                       `ecs-emulator: unknown command "faults ad"; did you mean faults add?`,
		"faults remove":                         `ecs-emulator: unknown command "faults remove"; 'ecs-emulator help faults' lists them`,
		"faults":                                `ecs-emulator: faults is incomplete: follow it with list, add, run, clear`,
		"faults add":                            `ecs-emulator faults add: <kind> is missing: kind of fault: ` + strings.Join(faults.Kinds(), ", "),
		"--engine sim serve":                    `ecs-emulator: --engine stands before the command: write ecs-emulator <command> [flags]`,
		"help serv":                             `ecs-emulator help: unknown command "serv"; did you mean serve?`,
		"serve --data-drr x":                    `ecs-emulator serve: unknown flag --data-drr; did you mean --data-dir?`,
		"serve -publicaddresses":                `ecs-emulator serve: unknown flag --publicaddresses; -h lists them`,
		"serve --engine":                        `ecs-emulator serve: --engine needs a value: --engine <where>`,
		"faults add start --error":              `ecs-emulator faults add: --error needs a value: --error <text>`,
		"faults add start --error --family web": `ecs-emulator faults add: --error needs a value: --error <text>; write --error=--family if it is that`,
		"ps --wait 120":                         `ecs-emulator ps: --wait: "120" is no duration such as 30s or 2m`,
		"serve -speed fast":                     `ecs-emulator serve: --speed: "fast" is no number`,
		"logs web --tail 1e3":                   `ecs-emulator logs: --tail: "1e3" is no whole number`,
		"events --since 3h":                     `ecs-emulator events: invalid value "3h" for flag --since: give the sequence of an event, a number that 'ecs-emulator events --json' shows`,
		"events -f=often":                       `ecs-emulator events: -f: "often" is neither true nor false`,
		"logs web --tail 99999999999999999999":  `ecs-emulator logs: --tail: "99999999999999999999" is out of range`,
		"serve --strict=perhaps":                `ecs-emulator serve: --strict: "perhaps" is neither true nor false`,
		"serve --engin sim":                     `ecs-emulator serve: unknown flag --engin; did you mean --engine?`,
		"load api --cpu -1":                     `ecs-emulator load: cpu -1 is no load: give vCPU from 0 to 1000000`,
		"load api --cpu much":                   `ecs-emulator load: --cpu: "much" is no number`,
		"load api --requests -1":                `ecs-emulator load: requests -1 is no load: give requests a second from 0 to 1000000`,
		"load --cpu 1":                          `ecs-emulator load: <service> is missing: say whose tasks share the load`,
		"faults list --all":                     `ecs-emulator faults list: unknown flag --all; -h lists them`,
		"logs web --tail -1":                    `ecs-emulator logs: --tail -1 is negative: give the number of lines, or 0 for all`,
		"serve --speed -1":                      `ecs-emulator serve: --speed -1 is negative: give the seconds that the clock moves in each real second, or 0 to have it stand still`,
		"serve --public-addresses":              publicAddressesGone,
		"serve --on-exit somewhere":             `ecs-emulator serve: --on-exit "somewhere" is none of remove, keep`,
	} {
		var stdout, stderr strings.Builder
		if code := run(strings.Fields(line), &stdout, &stderr); code != 2 || stdout.Len() > 0 || stderr.String() != want+"\n" {
			t.Errorf("%s ends with %d: %q, %q", line, code, &stdout, &stderr)
		}
	}
}

// An argument that is there and empty is most often a variable of a shell that is not set: without it a command may be about
// all things.
func TestEmptyArgumentsAreRefused(t *testing.T) {
	for line, want := range map[string]string{
		"load clear":   `ecs-emulator load clear: [service] is empty, as by a variable that is not set: name, cluster/name or ARN of a service (default: all loads)`,
		"faults clear": `ecs-emulator faults clear: [id] is empty, as by a variable that is not set: that faults add and faults list show (default: all faults)`,
		"load":         `ecs-emulator load: [service] is empty, as by a variable that is not set: name, cluster/name or ARN of a service (default: list the loads)`,
	} {
		var stdout, stderr strings.Builder
		if code := run(append(strings.Fields(line), ""), &stdout, &stderr); code != 2 || stdout.Len() > 0 || stderr.String() != want+"\n" {
			t.Errorf("%s ends with %d: %q, %q", line, code, &stdout, &stderr)
		}
	}
}

// publicAddressesGone is what is said to who gives the flag of an earlier version.
const publicAddressesGone = `ecs-emulator serve: --public-addresses (ECS_EMULATOR_PUBLIC_ADDRESSES) no longer exists, because public addresses are only shown: remove it; 'ecs-emulator ports' lists the ports that lead to tasks`

func TestAFlagThatIsGoneIsRefusedInTheEnvironment(t *testing.T) {
	t.Setenv("ECS_EMULATOR_PUBLIC_ADDRESSES", "true")
	var stdout, stderr strings.Builder
	if code := run([]string{"serve", "--engine", "sim"}, &stdout, &stderr); code != 2 || stderr.String() != publicAddressesGone+"\n" {
		t.Errorf("ends with %d: %q", code, &stderr)
	}
}

func TestVariablesThatCannotBeRead(t *testing.T) {
	for assignment, want := range map[string]string{
		"ECS_EMULATOR_SPEED=abc":       `environment variable ECS_EMULATOR_SPEED: "abc" is no number`,
		"ECS_EMULATOR_HOST_PORTS=1.5":  `environment variable ECS_EMULATOR_HOST_PORTS: "1.5" is no whole number`,
		"ECS_EMULATOR_STRICT=perhaps":  `environment variable ECS_EMULATOR_STRICT: "perhaps" is neither true nor false`,
		"ECS_EMULATOR_QUOTA=vcpus=abc": `environment variable ECS_EMULATOR_QUOTA: vcpus is not a whole number: "abc"`,
	} {
		t.Run(assignment, func(t *testing.T) {
			name, value, _ := strings.Cut(assignment, "=")
			t.Setenv(name, value)
			var stdout, stderr strings.Builder
			if code := run([]string{"serve", "--engine", "sim"}, &stdout, &stderr); code != 2 || stderr.String() != "ecs-emulator serve: "+want+"\n" {
				t.Errorf("ends with %d: %q", code, &stderr)
			}
		})
	}
}

// TestServeNamesVariablesThatSetNoFlag has variables of others as well, which begin like ours: those of Kubernetes and of
// Docker's links for a service of that name, and those of this repository's tests.
func TestServeNamesVariablesThatSetNoFlag(t *testing.T) {
	t.Setenv("ECS_EMULATOR_ENGIN", "sim")
	t.Setenv("ECS_EMULATOR_DATADIR", "x")
	t.Setenv("ECS_EMULATOR_BANANA", "1")
	for _, other := range []string{"SERVICE_HOST", "SERVICE_PORT_HTTP", "PORT", "PORT_4577_TCP_ADDR", "NAME", "ENV_PATH", "TEST_KILLS", "REQUIRE_CLI", "ENDPOINT", "PORTS_URL"} {
		t.Setenv("ECS_EMULATOR_"+other, "tcp://10.0.0.1:4577")
	}
	var stdout, stderr strings.Builder
	run([]string{"serve", "--engine", "nowhere"}, &stdout, &stderr)
	for _, want := range []string{
		"ecs-emulator: warning: environment variable ECS_EMULATOR_BANANA sets no flag; 'ecs-emulator help' says how they are named\n",
		"ecs-emulator: warning: environment variable ECS_EMULATOR_DATADIR sets no flag; did you mean ECS_EMULATOR_DATA_DIR?\n",
		"ecs-emulator: warning: environment variable ECS_EMULATOR_ENGIN sets no flag; did you mean ECS_EMULATOR_ENGINE?\n",
	} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("no %q in\n%s", want, &stderr)
		}
	}
	if n := strings.Count(stderr.String(), "sets no flag"); n != 3 {
		t.Errorf("%d are named:\n%s", n, &stderr)
	}
}

func TestServeRefusesWhatIsNone(t *testing.T) {
	for line, want := range map[string]string{
		"serve --engine sim --listen 4611":    `ecs-emulator: "4611" is no address with a port: write it like 127.0.0.1:4611`,
		"serve --engine sim --dns 5353":       `ecs-emulator: "5353" is no address with a port: write it like 127.0.0.1:5353`,
		"serve --engine sim --listen ::1":     `ecs-emulator: "::1" is no address with a port: write it like 127.0.0.1:4577`,
		"serve --engine sim --account 12":     `ecs-emulator: "12" is not an account id: use twelve digits`,
		"serve --engine sim --region eu-west": `ecs-emulator: "eu-west" is not a region: use a name such as eu-central-1`,
	} {
		var stdout, stderr strings.Builder
		if code := run(strings.Fields(line), &stdout, &stderr); code != 1 || stderr.String() != want+"\n" {
			t.Errorf("%s ends with %d: %q", line, code, &stderr)
		}
	}
}

func TestVersionIsAFlagAsWell(t *testing.T) {
	for _, args := range []string{"version", "--version", "-v"} {
		var stdout, stderr strings.Builder
		if code := run([]string{args}, &stdout, &stderr); code != 0 || stdout.String() != "ecs-emulator "+version+"\n" {
			t.Errorf("%s ends with %d: %q %q", args, code, &stdout, &stderr)
		}
	}
}

func TestNoEmulatorIsSaidToBeNone(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + l.Addr().String()
	l.Close()
	var stdout, stderr strings.Builder
	code := run([]string{"ports", "--endpoint", url}, &stdout, &stderr)
	if want := "ecs-emulator: no emulator answers at " + url + ": start one with 'ecs-emulator serve', or name its URL with --endpoint: "; code != 1 ||
		!strings.HasPrefix(stderr.String(), want) || strings.Contains(stderr.String(), "/_emulator/") {
		t.Errorf("ends with %d: %q", code, &stderr)
	}
}
