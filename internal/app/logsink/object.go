package logsink

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Objects are the buckets of S3: folders of a folder, and those of the upstream. A bucket that is a folder is
// not asked for at the upstream.
type Objects struct {
	// Dir is the folder that has them, empty for none.
	Dir string
	// Client reaches the upstream, nil if there is none.
	Client *apiclient.Client
	// Principal is who calls the upstream for a task.
	Principal func(taskARN string) (apiclient.Principal, error)
	// Allow asks whether that principal may write to a bucket here.
	Allow func(ctx context.Context, taskARN, action, resource string) error
}

// Put writes an object for a task.
func (o Objects) Put(ctx context.Context, taskARN, bucket, key string, content []byte) error {
	if o.Dir != "" {
		resource := "arn:" + arn.ScopeOf(taskARN).Partition() + ":s3:::" + bucket + "/" + key
		if err := o.Allow(ctx, taskARN, "s3:PutObject", resource); err != nil {
			return err
		}
		if err := putFile(o.Dir, bucket, key, content); !errors.Is(err, errNoBucket) || o.Client == nil {
			return err
		}
	}
	if o.Client == nil {
		return fmt.Errorf("ecs-emulator has no S3 for s3://%s/%s: start it with --s3-dir and a folder of buckets, or with --upstream", bucket, key)
	}
	as, err := o.Principal(taskARN)
	if err != nil {
		return fmt.Errorf("make the keys of a role: %w", err)
	}
	return o.Client.PutObject(ctx, as, bucket, key, content)
}

var errNoBucket = errors.New("--s3-dir has no folder of the bucket")

// putFile writes an object below a folder of buckets, out of which no link leads.
func putFile(dir, bucket, key string, content []byte) error {
	name := bucket + "/" + key
	if !fs.ValidPath(name) || path.Dir(bucket) != "." {
		return fmt.Errorf("no file can be called %s", name)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("open the folder of buckets: %w", err)
	}
	defer root.Close()
	if found, err := root.Stat(bucket); err != nil || !found.IsDir() {
		return errNoBucket
	}
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return fmt.Errorf("make the folder of an object: %w", err)
	}
	if err := root.WriteFile(name, content, 0o644); err != nil {
		return fmt.Errorf("write an object: %w", err)
	}
	return nil
}
