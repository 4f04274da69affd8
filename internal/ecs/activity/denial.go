package activity

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
)

// Denial is the line of a denied caller. The command why explains the request that it names.
func Denial(d decision.Decision) Line {
	is, tone := "is denied", Bad
	if !d.Enforced {
		is, tone = "would be denied", Warning
	}
	text := fmt.Sprintf("%s %s %s", withoutScope(d.Principal), is, d.Action)
	if d.Resource != "*" {
		text += " on " + withoutScope(d.Resource)
	}
	if d.Reason != "" {
		text += " " + d.Reason
	}
	return Line{At: d.Time, Tone: tone, Text: text + " (request " + d.RequestID + ")", Region: d.Region, Account: d.Account}
}

// withoutScope is an ARN without partition, service, region and account: user/dev.
func withoutScope(resourceARN string) string {
	parts := strings.SplitN(resourceARN, ":", 6)
	return parts[len(parts)-1]
}
