// Package access decides what callers may do, and keeps what was decided.
package access

import "github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"

// Decisions keep what was decided about callers.
type (
	Decision  = decision.Decision
	Decisions = decision.Log
)
