package stacks

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	api "github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/app/bucket"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// objects are what requests name in S3: files below a folder of buckets, and what it lacks from the upstream.
func (s *Stacks) objects() api.Objects {
	if s.S3Dir == "" && s.Upstream == nil {
		return api.Objects{}
	}
	objects := api.Objects{Read: s.object}
	if s.Upstream != nil {
		objects.Host = s.Upstream.URL.Host
	}
	return objects
}

// object reads an object for the caller of a request, who may do so.
func (s *Stacks) object(ctx context.Context, name, key string) ([]byte, error) {
	if s.S3Dir != "" {
		content, err := bucket.Read(s.S3Dir, name, key)
		switch {
		case !errors.Is(err, fs.ErrNotExist):
			return content, tooLong(err)
		case s.Upstream == nil:
			return nil, s.noObject(ctx, name)
		}
	}
	call := awsapi.FromContext(ctx)
	as, err := s.Credentials.Forward(call.Scope(), call.Remember(), cloudFormation)
	if err != nil {
		return nil, err
	}
	content, err := s.Client.GetObject(ctx, as, name, key)
	return content, tooLong(err)
}

// tooLong has the API know an object of which no more was read.
func tooLong(err error) error {
	if errors.Is(err, apiclient.ErrTooLong) {
		return api.ErrTooLong
	}
	return err
}

// noObject is the refusal of an object that no file is. Source: S3 API reference, error responses.
func (s *Stacks) noObject(ctx context.Context, name string) error {
	refusal := &apiclient.Error{
		Service: "S3", Operation: "GetObject", Status: http.StatusNotFound, RequestID: awsapi.FromContext(ctx).RequestID,
		Code: "NoSuchKey", Message: "The specified key does not exist.",
	}
	if filepath.IsLocal(name) {
		if found, err := os.Stat(filepath.Join(s.S3Dir, name)); err == nil && found.IsDir() {
			return refusal
		}
	}
	refusal.Code, refusal.Message = "NoSuchBucket", "The specified bucket does not exist"
	return refusal
}
