package main

import (
	"net"
	"strings"
	"testing"
)

func TestAWrongCommandLineIsOneLine(t *testing.T) {
	for line, want := range map[string]string{
		"dance":                     `ecs-emulator: no command "dance"; 'ecs-emulator help' lists them`,
		"serve --engin sim":         `ecs-emulator serve: flag provided but not defined: -engin; 'ecs-emulator serve -h' lists the flags`,
		"faults list --all":         `ecs-emulator faults: flag provided but not defined: -all; 'ecs-emulator faults list -h' lists the flags`,
		"serve --speed 0":           `ecs-emulator serve: --speed 0 is not positive: give the seconds that the clock moves in each real second`,
		"serve --speed -1":          `ecs-emulator serve: --speed -1 is not positive: give the seconds that the clock moves in each real second`,
		"serve --public-addresses":  publicAddressesGone,
		"serve --on-exit somewhere": `ecs-emulator serve: --on-exit "somewhere" is none of remove, keep`,
	} {
		var stdout, stderr strings.Builder
		if code := run(strings.Fields(line), &stdout, &stderr); code != 2 || stdout.Len() > 0 || stderr.String() != want+"\n" {
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

func TestServeRefusesAccountsAndRegionsThatAreNone(t *testing.T) {
	for line, want := range map[string]string{
		"serve --engine sim --account 12":     `ecs-emulator: "12" is not an account id: use twelve digits`,
		"serve --engine sim --region eu-west": `ecs-emulator: "eu-west" is not a region: use a name such as eu-central-1`,
	} {
		var stdout, stderr strings.Builder
		if code := run(strings.Fields(line), &stdout, &stderr); code != 1 || stderr.String() != want+"\n" {
			t.Errorf("%s ends with %d: %q", line, code, &stderr)
		}
	}
}

func TestHelpNamesAllKindsOfFaultsAndFlags(t *testing.T) {
	var stdout, stderr strings.Builder
	if code := run([]string{"help"}, &stdout, &stderr); code != 0 || !strings.Contains(stdout.String(), faultKinds) {
		t.Errorf("help ends with %d: %s", code, &stdout)
	}
	if code := run([]string{"serve", "-h"}, &stdout, &stderr); code != 0 || !strings.Contains(stderr.String(), "(default info)") || !strings.Contains(stderr.String(), "--on-exit what\n") || strings.Contains(stderr.String(), "public-addresses") {
		t.Errorf("help of serve ends with %d: %s", code, &stderr)
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
