package doctor

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

// Names of checks, in the order in which they are shown.
const (
	engineCheck      = "engine"
	cgroupCheck      = "cgroup"
	sandboxCheck     = "sandbox"
	imagesCheck      = "images"
	portsCheck       = "ports"
	rangesCheck      = "ranges"
	dnsCheck         = "dns"
	diskCheck        = "disk"
	clockCheck       = "clock"
	leftoversCheck   = "leftovers"
	environmentCheck = "environment"
	containerCheck   = "container"
	endpointCheck    = "endpoint"
)

// verdict gathers what is to be said about one thing. The worst of it is the status of its check.
type verdict struct {
	name        string
	status      diagnosis.Status
	texts, next []string
}

func about(name string) *verdict { return &verdict{name: name, status: diagnosis.OK} }

// note adds what is as it should be.
func (v *verdict) note(text string, args ...any) {
	v.texts = append(v.texts, fmt.Sprintf(text, args...))
}

// degrade adds what does not work.
func (v *verdict) degrade(next, text string, args ...any) {
	if v.status == diagnosis.OK {
		v.status = diagnosis.Degraded
	}
	v.add(next, text, args...)
}

// fail adds why no task runs, or why no client gets an answer.
func (v *verdict) fail(next, text string, args ...any) {
	v.status = diagnosis.Broken
	v.add(next, text, args...)
}

func (v *verdict) add(next, text string, args ...any) {
	v.note(text, args...)
	if next != "" {
		v.next = append(v.next, next)
	}
}

func (v *verdict) check() diagnosis.Check {
	return diagnosis.Check{Name: v.name, Status: v.status, Text: strings.Join(v.texts, "; "), Next: strings.Join(v.next, "; ")}
}

// noEngine is why a check could not be made.
const noEngine = "the engine does not answer"

// NoEngine is the check of what only an engine that answers can show.
func NoEngine(name string) diagnosis.Check { return Unchecked(name, noEngine) }

// NotHere is the check of what does not matter.
func NotHere(name, why string) diagnosis.Check {
	v := about(name)
	v.note("does not apply: %s", why)
	return v.check()
}

// Unchecked is the check of what could not be looked at.
func Unchecked(name, why string) diagnosis.Check {
	v := about(name)
	v.degrade("", "not checked: %s", why)
	return v.check()
}

// mostText bounds what is told of an error: what answers in an engine's place may do so with a page.
const mostText = 1000

// oneLine is an error, or a text of others, without the line breaks that engines and programs put there.
func oneLine(of any) string {
	text := strings.Join(strings.Fields(fmt.Sprint(of)), " ")
	if len(text) > mostText {
		return strings.ToValidUTF8(text[:mostText], "") + " …"
	}
	return text
}
