package emulator

import "github.com/ecs-emulator/ecs-emulator/internal/ecs/why"

// TaskFacts are what the causes of tasks follow from.
func (s *Server) TaskFacts() *why.Facts { return s.parts.why.Facts() }
