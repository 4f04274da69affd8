package access

import "github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"

// Decision is what was decided about something that a caller wants.
type Decision = decision.Decision

// Decisions keep what was decided.
type Decisions = decision.Log
