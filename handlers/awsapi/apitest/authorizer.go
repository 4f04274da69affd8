package apitest

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// Each is an authorizer that decides what a caller wants one by one.
func Each(decide func(ctx context.Context, caller awsapi.Call, wants awsapi.Access) error) awsapi.Authorizer {
	return func(ctx context.Context, caller *awsapi.Call, wants []awsapi.Access) error {
		for _, w := range wants {
			if err := decide(ctx, *caller, w); err != nil {
				return err
			}
		}
		return nil
	}
}

// Text is the value of a condition key that has one, empty for any other.
func Text(keys awsapi.Keys, name string) string {
	if texts := keys[name].Texts; len(texts) == 1 {
		return texts[0]
	}
	return ""
}
