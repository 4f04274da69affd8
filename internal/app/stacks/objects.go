package stacks

import (
	"context"
	"errors"

	api "github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// objects are what requests name in S3.
func (s *Stacks) objects() api.Objects {
	from := s.Objects(s.S3Dir, cloudFormation)
	if from.None() {
		return api.Objects{}
	}
	objects := api.Objects{Read: func(ctx context.Context, bucket, key string) ([]byte, error) {
		content, err := from.Read(ctx, bucket, key, "")
		if errors.Is(err, apiclient.ErrTooLong) { // no more of it was read
			return nil, api.ErrTooLong
		}
		return content, err
	}}
	if s.Upstream != nil {
		objects.Host = s.Upstream.URL.Host
	}
	return objects
}
