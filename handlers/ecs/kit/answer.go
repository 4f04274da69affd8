package kit

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Listed makes an absent list an empty one, for members that ECS always answers.
func Listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Optional is nil for the empty string: ECS leaves such members out.
func Optional(s *string) *string {
	if *s == "" {
		return nil
	}
	return s
}

// Instant is nil for the zero time.
func Instant(t *time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return t
}

// Number is a number as a string, nil for none.
func Number(n *int32) *string {
	if n == nil {
		return nil
	}
	return aws.String(strconv.Itoa(int(*n)))
}
