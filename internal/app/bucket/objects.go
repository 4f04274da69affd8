package bucket

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// Objects are what requests name in S3: files below a folder of buckets, and what it lacks from the upstream.
type Objects struct {
	Dir string // empty: there is no folder
	// Upstream reads an object of the upstream for the caller of a request, the newest version if version is empty. Nil: there is
	// none.
	Upstream func(ctx context.Context, bucket, key, version string) ([]byte, error)
}

// None reports whether there are no objects at all.
func (o Objects) None() bool { return o.Dir == "" && o.Upstream == nil }

// Read reads an object for the caller of a request, who may do so. Files have no versions, so one that is named is the upstream's.
// The error is an *[apiclient.Error] in S3's words, or wraps [apiclient.ErrTooLong].
func (o Objects) Read(ctx context.Context, bucket, key, version string) ([]byte, error) {
	if o.Dir != "" && version == "" {
		content, err := Read(o.Dir, bucket, key)
		if !errors.Is(err, fs.ErrNotExist) {
			return content, err
		}
	}
	if o.Upstream != nil {
		return o.Upstream(ctx, bucket, key, version)
	}
	return nil, o.refusal(ctx, bucket, version)
}

// refusal is what S3 says of an object that is not there. Source: S3 API reference, error responses.
func (o Objects) refusal(ctx context.Context, bucket, version string) error {
	refusal := &apiclient.Error{
		Service: "S3", Operation: "GetObject", Status: http.StatusNotFound, RequestID: awsapi.FromContext(ctx).RequestID,
		Code: "NoSuchKey", Message: "The specified key does not exist.",
	}
	found, err := os.Stat(filepath.Join(o.Dir, bucket))
	switch {
	case !filepath.IsLocal(bucket) || err != nil || !found.IsDir():
		refusal.Code, refusal.Message = "NoSuchBucket", "The specified bucket does not exist"
	case version != "":
		refusal.Code, refusal.Message = "NoSuchVersion", "The specified version does not exist."
	}
	return refusal
}
