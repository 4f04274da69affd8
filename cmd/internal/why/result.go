package why

import (
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// resultLines are the answers, each with the next step, its evidence and what led to it.
//
//	Task 3f2a91c0 of service:web stopped at 12:03:11: image shop/web:2 of container app does not exist.
//	  next: Build it, or correct the image in web:7.
//	  - 2026-01-02T12:03:11Z stoppedReason "CannotPullContainerError: …"
//	  because:
//	    …
func resultLines(ref string, r *why.Result) (lines []string) {
	if len(r.Fits) > 0 {
		lines = append(lines, fmt.Sprintf("%s fits %d:", ref, len(r.Fits)))
		for _, fit := range r.Fits {
			is := "not as wanted"
			if fit.AsWanted {
				is = "as wanted"
			}
			lines = append(lines, fmt.Sprintf("  %s %s is %s", fit.Kind, fit.Of, is))
		}
		if len(r.Answers) > 0 {
			lines = append(lines, "")
		}
	}
	apart := scopes(r.Answers) > 1
	for i := range r.Answers {
		if i > 0 {
			lines = append(lines, "")
		}
		if of := arn.ScopeOf(r.Answers[i].Of); apart {
			lines = append(lines, "In "+of.Region+" of account "+of.Account+":")
		}
		lines = append(lines, answerLines(&r.Answers[i], "")...)
	}
	switch {
	case r.LeftOut > 0:
		lines = append(lines, "", fmt.Sprintf("%d more tasks are not as wanted", r.LeftOut))
	case len(lines) > 0:
	case r.Of != "":
		lines = []string{fmt.Sprintf("%s %s is as wanted", r.Kind, r.Of)}
	default:
		lines = []string{"all is as wanted"}
	}
	return lines
}

// scopes is in how many regions and accounts the answers are: their sentences are the same of things of one name there.
func scopes(answers []why.Answer) int {
	of := map[arn.Scope]bool{}
	for _, a := range answers {
		if a.Of != "" { // else it is about what was asked
			of[arn.ScopeOf(a.Of)] = true
		}
	}
	return len(of)
}

func answerLines(a *why.Answer, indent string) []string {
	lines := []string{indent + a.Sentence}
	if a.Next != "" {
		lines = append(lines, indent+"  next: "+a.Next)
	}
	for _, e := range a.Evidence {
		at := ""
		if !e.At.IsZero() {
			at = e.At.UTC().Format(time.RFC3339) + " "
		}
		lines = append(lines, indent+"  - "+at+strings.TrimSpace(e.Text))
	}
	if len(a.Because) > 0 {
		lines = append(lines, indent+"  because:")
		for i := range a.Because {
			lines = append(lines, answerLines(&a.Because[i], indent+"    ")...)
		}
	}
	return lines
}
