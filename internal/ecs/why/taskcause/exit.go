package taskcause

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// Exit codes with a meaning. Source: POSIX shell, exit status of commands; signal(7) for 128 and more.
const (
	notExecutable = 126
	notFound      = 127
	aborted       = 134
	killed        = 137
	crashed       = 139
	terminated    = 143
)

// meanings say what codes mean by convention, as shells and engines have it. The program itself may have chosen them.
var meanings = map[int32]string{
	notExecutable: "by the convention of shells a program that cannot be executed",
	notFound:      "by the convention of shells a program that was not found",
	aborted:       "SIGABRT: by convention the program has aborted itself",
	killed:        "SIGKILL",
	crashed:       "SIGSEGV: by convention an access to memory that is not its own",
	terminated:    "SIGTERM",
}

// exits are the ends of containers that have ended the task: essential ones that nothing had asked to stop, or if none is
// known to be essential, the ones that ended first.
func (q *question) exits() (found bool) {
	for i := range q.t.Status.Containers {
		c := &q.t.Status.Containers[i]
		d := q.definition(c.Name)
		if !selfEnded(c) || q.t.Stop != nil && c.StoppedAt.After(q.t.Stop.At) || d != nil && !taskdef.Essential(d) && !q.last(c) {
			continue
		}
		q.answers = append(q.answers, q.exit(c)...)
		found = true
	}
	return found
}

// last reports whether no other container ran when one ended.
func (q *question) last(c *state.Container) bool {
	for i := range q.t.Status.Containers {
		if other := &q.t.Status.Containers[i]; other.Phase != state.ContainerStopped || other.StoppedAt.After(c.StoppedAt) {
			return false
		}
	}
	return true
}

// selfEnded reports whether a container has run, and ended before the agent asked for it.
func selfEnded(c *state.Container) bool {
	return c.Phase == state.ContainerStopped && !c.StartedAt.IsZero() && (c.ExitCode != nil || c.Reason != "") &&
		(c.Ending == nil || c.Ending.StopAt.IsZero())
}

// exit is why a container has ended that was not asked to; several where that is not certain.
func (q *question) exit(c *state.Container) []why.Answer {
	own := &question{Facts: q.Facts, t: q.t, definitions: q.definitions}
	seen := append([]why.Evidence{endOf(c)}, q.LinesOf(q.t, c.Name)...)
	act, crash := q.crash(c)
	switch code := aws.ToInt32(c.ExitCode); {
	case strings.HasPrefix(c.Reason, outOfMemory) || c.Ending != nil && c.Ending.OutOfMemory:
		own.outOfMemory(c, seen)
	case c.ExitCode == nil:
		own.say(why.Removed, fmt.Sprintf("the container engine does not know container %s any more: probably another program has removed it", c.Name),
			"Leave the emulator's containers to it.", seen...)
	case crash && code == killed:
		own.fault(act, fmt.Sprintf("container %s ended with code %d%s", c.Name, code, after(c)))
	case code == killed:
		own.killed(c, seen)
	case code == terminated:
		own.say(why.ExitCode, fmt.Sprintf("container %s ended with code %d%s (SIGTERM), which ECS had not sent: probably another program stopped it, or it gave the code itself",
			c.Name, code, after(c)), "", seen...)
	case code != 0 && len(seen) > 1 && strings.Contains(seen[len(seen)-1].Text, formatError):
		own.say(why.ImagePlatform, fmt.Sprintf("container %s ended with code %d%s%s, probably as image %s is for another platform, or its program is a script that names no interpreter",
			c.Name, code, after(c), lastLine(c, seen), c.Image), "Build the image for the platform of the task, or see to the first line of the script.", seen...)
	default:
		own.say(why.ExitCode, fmt.Sprintf("container %s ended with code %d%s%s", c.Name, code, meaning(c), after(c))+lastLine(c, seen),
			own.nextAfter(c, code), seen...)
	}
	return own.answers
}

// formatError is what a kernel says of a program that it cannot execute. Source: errno(3), ENOEXEC.
const formatError = "exec format error"

// outOfMemory begins the reason of a container that its memory limit has ended: reason.OutOfMemory makes it.
const outOfMemory = "OutOfMemoryError: "

// killed is of SIGKILL that neither ECS nor a fault has sent, nor, as far as the engine tells, the kernel for want of memory.
func (q *question) killed(c *state.Container, seen []why.Evidence) {
	text := fmt.Sprintf("container %s ended with code %d (SIGKILL)%s, ", c.Name, killed, after(c))
	if c.Ending == nil { // a row of before
		q.say(why.OutOfMemory, text+"probably as it needed more memory than it may have", "Raise its memory in "+q.revision()+".", seen...)
		q.say(why.ExitCode, text+"probably as another program killed it", "", seen...)
		return
	}
	seen = append(seen, noted(c.StoppedAt, "%s: not asked to stop; the engine reports no lack of memory", c.Name))
	q.say(why.ExitCode, text+"without a stop by ECS and without lack of memory that the engine reports: probably another program killed it, as docker kill does",
		"Look for what kills containers on the engine's host.", seen...)
}

// outOfMemory names the limit: the container's own, or the task's.
func (q *question) outOfMemory(c *state.Container, seen []why.Evidence) {
	limit, whose := 0, "the task"
	if _, err := fmt.Sscan(q.t.Spec.Memory, &limit); err != nil {
		limit = 0
	}
	if d := q.definition(c.Name); d != nil && d.Memory != nil {
		limit, whose = int(*d.Memory), "the container"
	}
	who, end := "container "+c.Name, after(c)
	if code := c.ExitCode; code != nil && *code != killed { // engines note the lack of any process of a container
		who, end = "a process of "+who, fmt.Sprintf("; the container ended with code %d%s", *code, after(c))
	}
	text := who + " needed more memory than it may have, and was killed" + end
	if limit > 0 {
		text = fmt.Sprintf("%s needed more than the %d MiB that %s may have, and was killed%s", who, limit, whose, end)
		seen = append(seen, noted(time.Time{}, "memory of %s in %s: %d MiB", whose, q.revision(), limit))
	}
	q.say(why.OutOfMemory, text, fmt.Sprintf("Raise memory in %s, or have the program use less.", q.revision()), seen...)
}

func meaning(c *state.Container) string {
	if m := meanings[aws.ToInt32(c.ExitCode)]; m != "" {
		return " (" + m + ")"
	}
	return ""
}

// after is how long a container has run.
func after(c *state.Container) string { return " after " + span(max(c.StoppedAt.Sub(c.StartedAt), 0)) }

func endOf(c *state.Container) why.Evidence {
	text := "container " + c.Name
	if c.ExitCode != nil {
		text += fmt.Sprintf(": exit code %d", *c.ExitCode)
	}
	if c.Reason != "" {
		text += ", reason " + quoted(c.Reason)
	}
	return why.Evidence{At: c.StoppedAt, Text: text}
}

// lastLine is the last line of the log of a container that failed, among the evidence after how it ended.
func lastLine(c *state.Container, seen []why.Evidence) string {
	if len(seen) < 2 || aws.ToInt32(c.ExitCode) == 0 {
		return ""
	}
	return "; its last line is " + quoted(seen[len(seen)-1].Text)
}

func (q *question) nextAfter(c *state.Container, code int32) string {
	switch {
	case code == 0 && q.t.Spec.ServiceARN != "":
		return "A task of a service is to run on: have the program of container " + c.Name + " stay in the foreground."
	case code == 0:
		return ""
	case code == notFound, code == notExecutable:
		return "Correct entryPoint and command of container " + c.Name + " in " + q.revision() + ", or the image."
	}
	return "Look at its log: ecs-emulator logs " + shortID(q.t) + "."
}

// afterGrace adds what became of containers that ECS asked to stop and that did not, beside what has stopped the task.
func (q *question) afterGrace() {
	for i := range q.t.Status.Containers {
		c := &q.t.Status.Containers[i]
		if c.Ending == nil || c.Ending.StopAt.IsZero() || c.Ending.OutOfMemory || aws.ToInt32(c.ExitCode) != killed || c.Ending.Grace == 0 {
			continue
		}
		asked := noted(c.Ending.StopAt, "container %s was asked to stop, with %s until SIGKILL", c.Name, span(c.Ending.Grace))
		took := c.StoppedAt.Sub(c.Ending.StopAt)
		if !c.Ending.Killed && took < c.Ending.Grace {
			q.say(why.ExitCode, fmt.Sprintf("container %s ended with code %d (SIGKILL) %s after SIGTERM, before its stopTimeout of %s was over: probably another program killed it, or it gave the code itself",
				c.Name, killed, span(max(took, 0)), span(c.Ending.Grace)), "", asked, endOf(c))
			continue
		}
		probably, or := "", ""
		if !c.Ending.Killed { // the emulator or its engine was away for a while
			probably, or = "probably ", ", or as another program killed it before"
		}
		q.say(why.ExitCode, fmt.Sprintf("container %s ended with code %d, %sas it had not ended %s after SIGTERM, its stopTimeout%s", c.Name, killed, probably, span(c.Ending.Grace), or),
			"Have the program end on SIGTERM, or raise stopTimeout of container "+c.Name+" in "+q.revision()+".",
			asked, endOf(c))
	}
}

// crash is the fault that has killed a container. A fault with a delay acts when the container starts.
func (q *question) crash(c *state.Container) (act why.Act, found bool) {
	for _, a := range q.ActsOn(q.t.ARN) {
		f := membersOf(a)
		if a.Kind == faults.Crash && matches(f.Container, c.Name) && !before(a.At, c.CreatedAt) && !before(c.StoppedAt, a.At.Add(f.Delay)) {
			act, found = a, true
		}
	}
	return act, found
}
