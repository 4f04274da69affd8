package main

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
)

// told are messages of which activity has a line of its own.
var told = []string{
	"task has stopped", "container has stopped", "container restarts by its restart policy",
	"container cannot run", "container will never start",
	"fault added", "faults cleared", "load set", "load cleared", "reset: all tasks ended, everything forgotten",
}

// deniedCall is the message of a warning that activity, where it is shown, has a line of, too.
const deniedCall = "the call would be denied"

// shortText is a record in a line: the message, why, and in brackets what it is about. It is empty for
// what is told otherwise.
func shortText(message string, attrs []slog.Attr) string {
	has := map[string]string{}
	var about []string
	for _, a := range attrs {
		value := shortValue(a.Value)
		has[a.Key] = value
		if a.Key != "error" && a.Key != "reason" && value != "" {
			about = append(about, a.Key+" "+value)
		}
	}
	switch {
	case slices.Contains(told, message):
		return ""
	case message == "task is running":
		return reached(has)
	case message == "host port goes to the next task":
		return has["address"] + " now leads to task " + has["to"]
	case message == "a port of this host is not available: another one takes its place" && has["instead"] != "":
		return fmt.Sprintf("%s leads to %s, as port %s is not available: %s", has["instead"], has["for"], has["port"], has["error"])
	case message == "request":
		return request(has)
	case message == "request for no service":
		return fmt.Sprintf("a request is refused with %s: %s", has["error"], has["reason"])
	}
	for _, why := range []string{has["reason"], has["error"]} {
		if why != "" {
			message += ": " + why
		}
	}
	if len(about) > 0 {
		message += " (" + strings.Join(about, ", ") + ")"
	}
	return message
}

// reached says which ports of this host lead to a task, which the line that it is RUNNING does not.
func reached(has map[string]string) string {
	if has["ports"] == "" {
		return ""
	}
	return has["ports"] + " of task " + has["task"]
}

func request(has map[string]string) string {
	if has["error"] == "" {
		return fmt.Sprintf("%s answers %s in %s", has["operation"], has["status"], has["duration"])
	}
	return fmt.Sprintf("%s is refused with %s: %s", has["operation"], has["error"], has["reason"])
}

// shortValue is a value without what all values of its kind have in common.
func shortValue(v slog.Value) string {
	v = v.Resolve()
	if v.Kind() == slog.KindDuration {
		return v.Duration().Round(time.Millisecond).String()
	}
	if ports, are := v.Any().([]hostport.Port); are {
		var list []string
		for _, p := range ports {
			list = append(list, fmt.Sprintf("%s leads to port %d", p.Address, p.ContainerPort))
		}
		return strings.Join(list, ", ")
	}
	switch text := v.String(); {
	case !arn.Is(text):
		return text
	case strings.Contains(text, ":task/"):
		return activity.ShortID(arn.Name(text))
	default:
		return arn.Name(text)
	}
}
