// Package secretsource reads what task definitions refer to, as the container agent does: secrets,
// parameters and environment files.
package secretsource

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/uuid"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	bucketfile "github.com/ecs-emulator/ecs-emulator/internal/app/bucket"
	"github.com/ecs-emulator/ecs-emulator/internal/app/credentials"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Source calls the APIs as the execution role of a task, which a task on a container instance has
// to have.
type Source struct {
	Client *apiclient.Client
	// ExecutionRole is who calls on behalf of a task.
	ExecutionRole func(*state.Task) (apiclient.Principal, error)
	// Call is a call of an operation that is made as that principal without a request; see credentials.Issuer.Call.
	Call func(taskARN string, kind session.Kind, service, operation string) awsapi.Call
	Log  *slog.Logger
	// S3Dir is a folder whose folders are buckets, empty for none. S3 reports whether the upstream
	// has buckets.
	S3Dir string
	S3    bool
}

var _ executionresource.Source = (*Source)(nil)

func (s *Source) principal(t *state.Task) (apiclient.Principal, error) {
	as, err := s.ExecutionRole(t)
	switch {
	case errors.Is(err, credentials.ErrNoExecutionRole):
		return as, executionresource.ErrNoExecutionRole
	case err != nil:
		return as, fmt.Errorf("make the keys of a role: %w", err)
	}
	return as, nil
}

// do calls an operation, whose refusal is an [*apiclient.Error]: a role that may not call it is refused as well (ECS0215).
func (s *Source) do(ctx context.Context, as apiclient.Principal, op apiclient.Operation, in, out any) error {
	return s.Client.Do(ctx, as, op, in, out)
}

var getParameters = apiclient.Operation{
	Service: "SSM", Signed: "ssm", Target: "AmazonSSM", Name: "GetParameters", Codec: wire.AsIs,
	Errors: []string{"InternalServerError", "InvalidKeyId"},
}

// mostParameters is how many one call may ask for. Source: SSM API reference.
const mostParameters = 10

func (s *Source) Parameters(ctx context.Context, t *state.Task, region string, names []string) (values map[string]string, invalid []string, err error) {
	as, err := s.principal(t)
	if err != nil {
		return nil, nil, fmt.Errorf("call %s: %w", getParameters.Name, err)
	}
	values = map[string]string{}
	for some := range slices.Chunk(names, mostParameters) {
		var out ssm.GetParametersOutput
		in := &ssm.GetParametersInput{Names: some, WithDecryption: aws.Bool(true)}
		if err := s.do(ctx, as.In(region), getParameters, in, &out); err != nil {
			return nil, nil, err
		}
		invalid = append(invalid, out.InvalidParameters...) // in AWS's order
		for _, asked := range some {
			value, found := valueOf(&out, asked)
			if !found && !slices.Contains(invalid, asked) {
				invalid = append(invalid, asked)
			}
			values[asked] = value
		}
	}
	s.tellForeign(t, invalid)
	return values, invalid, nil
}

// tellForeign has the log tell how a task can have parameters of other accounts, which no account here
// shares with it.
func (s *Source) tellForeign(t *state.Task, invalid []string) {
	for _, name := range invalid {
		parts := strings.SplitN(name, ":", 6)
		if len(parts) == 6 && parts[4] != "" && parts[4] != t.Scope().Account {
			s.Log.Warn("a task refers to a parameter of another account: start the emulator with that --account", "task", t.ARN, "parameter", name,
				"account", t.Scope().Account, "flag", "--account "+parts[4])
			return
		}
	}
}

// valueOf finds the parameter that was asked for, by its name or ARN, and perhaps its
// version or label behind that.
func valueOf(out *ssm.GetParametersOutput, asked string) (value string, found bool) {
	for _, p := range out.Parameters {
		selector := aws.ToString(p.Selector)
		if p.Value != nil && (aws.ToString(p.Name)+selector == asked || aws.ToString(p.ARN)+selector == asked) {
			return *p.Value, true
		}
	}
	return "", false
}

var getSecretValue = apiclient.Operation{
	Service: "Secrets Manager", Signed: "secretsmanager", Target: "secretsmanager", Name: "GetSecretValue", Codec: wire.AsIs,
	Errors: []string{"DecryptionFailure", "InternalServiceError", "InvalidParameterException", "InvalidRequestException", "ResourceNotFoundException"},
}

func (s *Source) Secret(ctx context.Context, t *state.Task, region, id, version, stage string) (executionresource.Value, error) {
	as, err := s.principal(t)
	if err != nil {
		return executionresource.Value{}, fmt.Errorf("call %s: %w", getSecretValue.Name, err)
	}
	in := &secretsmanager.GetSecretValueInput{SecretId: &id}
	if version != "" {
		in.VersionId = &version
	}
	if stage != "" {
		in.VersionStage = &stage
	}
	var out secretsmanager.GetSecretValueOutput
	if err := s.do(ctx, as.In(region), getSecretValue, in, &out); err != nil {
		return executionresource.Value{}, err
	}
	return executionresource.Value{Text: aws.ToString(out.SecretString), Binary: out.SecretString == nil}, nil
}

func (s *Source) Object(ctx context.Context, t *state.Task, bucket, key string) ([]byte, error) {
	as, err := s.principal(t)
	if err != nil {
		return nil, err
	}
	if err := s.mayRead(ctx, t, bucket, key); err != nil {
		return nil, err
	}
	if s.S3Dir != "" {
		content, err := bucketfile.Read(s.S3Dir, bucket, key)
		if !errors.Is(err, fs.ErrNotExist) {
			return content, err
		}
		if !s.S3 {
			return nil, apiclient.NoObject(http.StatusNotFound, uuid.NewString())
		}
	}
	if !s.S3 {
		return nil, executionresource.ErrNoObjects(fmt.Sprintf("s3://%s/%s cannot be read, as ecs-emulator has no S3: start it with --s3-dir and a folder of buckets, or with --upstream", bucket, key))
	}
	content, err := s.Client.Object(ctx, as, bucket, key)
	return content, err
}

// mayRead asks whether the principal may find the region of a bucket, and read an object in it. S3 explains no refusal of a
// request for an object's head. Source: ECS developer guide, required IAM permissions of environment files.
func (s *Source) mayRead(ctx context.Context, t *state.Task, bucket, key string) error {
	resource := "arn:" + t.Scope().Partition() + ":s3:::" + bucket
	located := s.Call(t.ARN, session.TaskExecution, "s3", "GetBucketLocation")
	if err := awsapi.Allow(awsapi.NewContext(ctx, located), "s3:GetBucketLocation", resource, nil); err != nil {
		return &apiclient.Error{
			Service: "S3", Operation: "GetBucketLocation", Status: http.StatusForbidden, RequestID: located.RequestID,
			Code: "AccessDenied", Message: err.Error(),
		}
	}
	read := s.Call(t.ARN, session.TaskExecution, "s3", "GetObject")
	if awsapi.Allow(awsapi.NewContext(ctx, read), "s3:GetObject", resource+"/"+key, nil) != nil {
		return apiclient.NoObject(http.StatusForbidden, read.RequestID)
	}
	return nil
}
