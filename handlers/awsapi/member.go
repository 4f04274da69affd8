package awsapi

import (
	"context"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// CallScope is the account and the region in which the call of a context acts.
func CallScope(ctx context.Context) arn.Scope { return FromContext(ctx).Scope() }

// Optional is a member of an answer that is absent when it is empty.
func Optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// OptionalTime is a member of an answer that is absent when it is the zero time.
func OptionalTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// Textf is the formatted text of an exception of the SDK.
func Textf(format string, args ...any) *string {
	s := fmt.Sprintf(format, args...)
	return &s
}
