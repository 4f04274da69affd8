package ecs

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// listed makes an absent list an empty one, for members that ECS always answers.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// optional is nil for the empty string: ECS leaves such members out.
func optional(s *string) *string {
	if *s == "" {
		return nil
	}
	return s
}

// instant is nil for the zero time.
func instant(t *time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return t
}

// number is a number as a string, nil for none.
func number(n *int32) *string {
	if n == nil {
		return nil
	}
	return aws.String(strconv.Itoa(int(*n)))
}
