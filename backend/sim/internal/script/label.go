package script

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// LabelPrefix is how the labels begin that script a single container; users set
// them as dockerLabels. An unknown label of the prefix, or one with a value that
// makes no sense, fails Create. The labels:
//
//	run-for          how long it runs, then exits 0
//	exit-code        with which code it exits; at once without run-for or a
//	                 command that takes a while
//	oom              "true": it exits because memory ran out
//	start-delay      how long starting takes
//	start-error      the text with which starting fails
//	stop-delay       how long stopping takes, in real time
//	stop-code        the exit code after a stop
//	ignore-term      "true": only killing ends it
//	healthy-after    when its health check first passes
//	unhealthy-after  when its health check has failed often enough
//	logs             what it writes; \n separates lines
//	http             the body with which it answers HTTP requests
//	http-port        the one port on which it does; any without
//	cpu              how many vCPU it uses: "0.05,0.2@5m" is 0.2 from five minutes after its
//	                 first start on; without, a hundredth
//	memory           how many MiB it uses, likewise; without, 16
//	no-http          "true": it serves nothing, also if its image is not known and
//	                 its definition maps ports
//	exec.<program>   a script for the shell of sessions, which is what a program does in
//	                 them; "*" is any that the engine does not know
//
// Durations are written as Go does, or as a number of seconds.
const LabelPrefix = "ecs-emulator.sim."

// ApplyLabels overrides a script by the labels of a container. The labels see
// what the script says: exit-code on a command that sleeps changes its code only.
func ApplyLabels(s *Script, labels map[string]string) error {
	port := 0
	if silent, _ := strconv.ParseBool(labels[LabelPrefix+"no-http"]); silent {
		s.Serve = nil
	}
	for key, value := range labels {
		name, ok := strings.CutPrefix(key, LabelPrefix)
		if !ok {
			continue
		}
		if err := applyLabel(s, name, value, &port); err != nil {
			return fmt.Errorf("label %s: %w", key, err)
		}
	}
	if port == 0 {
		return nil
	}
	if body, ok := labels[LabelPrefix+"http"]; ok {
		s.Serve = []Server{{Port: port, Body: body}}
		return nil
	}
	return fmt.Errorf("label %shttp-port: there is no %[1]shttp", LabelPrefix)
}

// The fields that a label sets as it is.
var (
	labelDurations = map[string]func(*Script) *time.Duration{
		"run-for":         func(s *Script) *time.Duration { return &s.exit().After },
		"start-delay":     func(s *Script) *time.Duration { return &s.StartDelay },
		"stop-delay":      func(s *Script) *time.Duration { return &s.StopDelay },
		"healthy-after":   func(s *Script) *time.Duration { return &s.HealthyAfter },
		"unhealthy-after": func(s *Script) *time.Duration { return &s.UnhealthyAfter },
	}
	labelNumbers = map[string]func(*Script) *int{
		"exit-code": func(s *Script) *int { return &s.exit().Code },
		"stop-code": func(s *Script) *int { return &s.StopCode },
	}
	labelLoads = map[string]func(*Script) *[]Step{
		"cpu":    func(s *Script) *[]Step { return &s.CPU },
		"memory": func(s *Script) *[]Step { return &s.Memory },
	}
	labelSwitches = map[string]func(*Script) *bool{
		"oom":         func(s *Script) *bool { return &s.exit().OOMKilled },
		"ignore-term": func(s *Script) *bool { return &s.IgnoreTerm },
	}
)

func applyLabel(s *Script, name, value string, port *int) (err error) {
	if field := labelDurations[name]; field != nil {
		*field(s), err = parseDuration(value)
		return err
	}
	if field := labelNumbers[name]; field != nil {
		*field(s), err = strconv.Atoi(value)
		return err
	}
	if field := labelLoads[name]; field != nil {
		*field(s), err = parseSteps(value)
		return err
	}
	if field := labelSwitches[name]; field != nil {
		on, err := strconv.ParseBool(value)
		if on {
			*field(s) = true
		}
		return err
	}
	if program, ok := strings.CutPrefix(name, "exec."); ok && program != "" {
		*s = s.With(Script{Exec: map[string]Command{program: {Shell: value}}})
		return nil
	}
	switch name {
	case "start-error":
		s.StartError = value
	case "logs":
		s.Logs = Lines(strings.Split(strings.ReplaceAll(value, `\n`, "\n"), "\n")...)
	case "http":
		s.Serve = []Server{{Body: value}}
	case "no-http":
		_, err = strconv.ParseBool(value)
	case "http-port":
		*port, err = parsePort(value)
	default:
		return fmt.Errorf("the simulated engine knows no %q", name)
	}
	return err
}

// exit is the script's own copy of its end, to be changed.
func (s *Script) exit() *Exit {
	var exit Exit
	if s.Exit != nil {
		exit = *s.Exit
	}
	s.Exit = &exit
	return s.Exit
}

// parseDuration reads "1m30s", "90", "0.5" or "2d".
func parseDuration(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		d, err := parseDuration(days)
		return d * 24 * 3600, err
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		text += "s"
	}
	d, err := time.ParseDuration(text)
	if err == nil && d < 0 {
		err = fmt.Errorf("negative duration %q", text)
	}
	return d, err
}

func parsePort(text string) (int, error) {
	port, err := strconv.Atoi(text)
	if err == nil && (port < 1 || port > 65535) {
		err = fmt.Errorf("port %d is not between 1 and 65535", port)
	}
	return port, err
}
