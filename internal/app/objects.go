package app

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/app/bucket"
)

// Objects are the objects of S3 that requests name: files below a folder of buckets, and what a service reads of the upstream's for
// the callers of requests.
func (c *Core) Objects(dir, service string) bucket.Objects {
	objects := bucket.Objects{Dir: dir}
	if c.Upstream != nil {
		objects.Upstream = func(ctx context.Context, name, key, version string) ([]byte, error) {
			call := awsapi.FromContext(ctx)
			as, err := c.Credentials.Forward(call.Scope(), call.Remember(), service)
			if err != nil {
				return nil, err
			}
			return c.Client.GetObject(ctx, as, name, key, version)
		}
	}
	return objects
}
