package activity

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// Stack says what has become of a stack of CloudFormation, and which of its resources have failed. What else becomes of resources
// is no line.
func Stack(c *cloudformation.StatusChange, at time.Time) []Line {
	_, path, _ := strings.Cut(c.StackID, ":stack/")
	name, _, _ := strings.Cut(path, "/")
	failed := strings.HasSuffix(c.Status, "_FAILED")
	switch {
	case c.Detailed != "": // no other status than before
		return nil
	case c.OfStack():
		return []Line{{At: at, Tone: stackTone(c.Status), Text: "stack " + name + " is " + c.Status + because(c)}}
	case failed:
		return []Line{{At: at, Tone: Bad, Text: c.LogicalID + " (" + c.Type + ") of stack " + name + " is " + c.Status + because(c)}}
	default:
		return nil
	}
}

// because is the reason of what did not go as it was wanted.
func because(c *cloudformation.StatusChange) string {
	if c.Reason == "" || c.Reason == "User Initiated" {
		return ""
	}
	return ": " + OneLine(strings.TrimSpace(c.Reason))
}

func stackTone(status string) Tone {
	switch {
	case strings.HasSuffix(status, "_FAILED"):
		return Bad
	case strings.Contains(status, "ROLLBACK"):
		return Warning
	case strings.HasSuffix(status, "_IN_PROGRESS"):
		return Passing
	default:
		return Good
	}
}
