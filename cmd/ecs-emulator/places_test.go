package main

import (
	"os"
	"strings"
	"testing"
)

func TestEnginesAreAddedUpOnTheCommandLine(t *testing.T) {
	for _, c := range []struct {
		environment string
		args        []string
		want        string
	}{
		{"", nil, "auto"},
		{"", []string{"--engine", "sim"}, "sim"},
		{"", []string{"--engine", "docker", "--engine", "sim"}, "sim"},
		{"", []string{"--engine", "a=sim", "--engine", "b=sim:4"}, "a=sim,b=sim:4"},
		{"", []string{"--engine", "a=sim,b=sim", "--engine=c=sim"}, "a=sim,b=sim,c=sim"},
		{"", []string{"--engine", "a=sim", "--engine", "sim"}, "a=sim,sim"}, // which is refused
		{"", []string{"--engine", "tcp://h:1/?a=b", "--engine", "tcp://h:2"}, "tcp://h:2"},
		{"a=sim,b=sim", nil, "a=sim,b=sim"},
		{"a=sim,b=sim", []string{"--engine", "c=sim"}, "c=sim"},
		{"docker", []string{"--engine", "a=sim", "--engine", "b=sim"}, "a=sim,b=sim"},
	} {
		os.Unsetenv("ECS_EMULATOR_ENGINE")
		if c.environment != "" {
			t.Setenv("ECS_EMULATOR_ENGINE", c.environment)
		}
		flags, engine := newFlags(), ""
		flags.Var(newPlaces(&engine, "auto"), "engine", "")
		if _, err := flags.parse(c.args); err != nil || engine != c.want {
			t.Errorf("%q with %q: %q, %v; want %q", c.args, c.environment, engine, err, c.want)
		}
	}
}

// A shell variable that is not set must not choose an engine.
func TestAnEmptyEngineIsRefused(t *testing.T) {
	for _, args := range [][]string{{"--engine", ""}, {"--engine="}, {"--engine", " "}, {"--engine", "a=sim", "--engine", ""}} {
		flags, engine := newFlags(), ""
		flags.Var(newPlaces(&engine, "auto"), "engine", "")
		if _, err := flags.parse(args); err == nil || !strings.Contains(err.Error(), "it names no engine") {
			t.Errorf("%q: %q, %v", args, engine, err)
		}
	}
}
