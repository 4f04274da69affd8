package apiclient

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient/systemtag"
)

// WithSystemTags is a context of calls that may set the system tags of a stack's resources (CFN-105) and of an Express gateway service's.
func WithSystemTags(ctx context.Context) context.Context { return systemtag.With(ctx) }
