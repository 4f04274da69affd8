package emulator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/uuid"

	"github.com/ecs-emulator/ecs-emulator/internal/agent"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/wire"
)

// secretSource reads what task definitions refer to, as a client of the APIs.
type secretSource struct {
	client *apiClient
	keys   func(t *state.Task, service string) aws.CredentialsProvider
	log    *slog.Logger
	// s3Dir is a folder of buckets, empty for none, and s3 tells whether the upstream has some.
	s3Dir string
	s3    bool
}

var _ agent.SecretSource = (*secretSource)(nil)

func (s *Server) secretSource() *secretSource {
	return &secretSource{client: s.apiClient(), keys: s.keysFor, log: s.opts.Log, s3Dir: s.opts.S3Dir, s3: s.upstream != nil}
}

// keysFor are the keys with which a service, as signatures name it, is asked on behalf of a task:
// those of its execution role, which a task on a container instance has to have. An upstream knows
// no sessions of the emulator's and would take them for those of another account, so it is asked
// with the account's keys.
func (s *Server) keysFor(t *state.Task, service string) aws.CredentialsProvider {
	role := s.executionRole(t)
	if service != "s3" && !s.opts.handsOver(service) {
		return role
	}
	return aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		if _, err := role.Retrieve(ctx); err != nil {
			return aws.Credentials{}, err
		}
		return accountKeys(t.Scope()), nil
	})
}

// otherSuffix has the log tell of secrets that are found by ARNs with other suffixes; nil has them
// not found.
func (s *Server) otherSuffix() func(asked, found string) {
	if s.opts.StrictSecrets {
		return nil
	}
	return func(asked, found string) {
		if s.otherSecrets.isNew(asked) {
			s.opts.Log.Info("the ARN stands for a secret here that ends otherwise", "asked", asked, "secret", found)
		}
	}
}

var getParameters = operation{
	service: "SSM", signed: "ssm", target: "AmazonSSM", name: "GetParameters", codec: wire.AsIs,
	errors: []string{"InternalServerError", "InvalidKeyId"},
}

// mostParameters is how many one call may ask for. Source: SSM API reference.
const mostParameters = 10

// Parameters implements agent.SecretSource.
func (s *secretSource) Parameters(ctx context.Context, t *state.Task, region string, names []string) (values map[string]string, invalid []string, err error) {
	values = map[string]string{}
	for some := range slices.Chunk(names, mostParameters) {
		var out ssm.GetParametersOutput
		in := &ssm.GetParametersInput{Names: some, WithDecryption: aws.Bool(true)}
		if err := s.client.do(ctx, s.keys(t, getParameters.signed), region, getParameters, in, &out); err != nil {
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
func (s *secretSource) tellForeign(t *state.Task, invalid []string) {
	for _, name := range invalid {
		parts := strings.SplitN(name, ":", 6)
		if len(parts) == 6 && parts[4] != "" && parts[4] != t.Scope().Account {
			s.log.Warn("a task refers to a parameter of another account; emulators with --account have that one", "task", t.ARN, "parameter", name,
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

var getSecretValue = operation{
	service: "Secrets Manager", signed: "secretsmanager", target: "secretsmanager", name: "GetSecretValue", codec: wire.AsIs,
	errors: []string{"DecryptionFailure", "InternalServiceError", "InvalidParameterException", "InvalidRequestException", "ResourceNotFoundException"},
}

// Secret implements agent.SecretSource.
func (s *secretSource) Secret(ctx context.Context, t *state.Task, region, id, version, stage string) (agent.SecretValue, error) {
	in := &secretsmanager.GetSecretValueInput{SecretId: &id}
	if version != "" {
		in.VersionId = &version
	}
	if stage != "" {
		in.VersionStage = &stage
	}
	var out secretsmanager.GetSecretValueOutput
	if err := s.client.do(ctx, s.keys(t, getSecretValue.signed), region, getSecretValue, in, &out); err != nil {
		return agent.SecretValue{}, err
	}
	return agent.SecretValue{Text: aws.ToString(out.SecretString), Binary: out.SecretString == nil}, nil
}

// Object implements agent.SecretSource.
func (s *secretSource) Object(ctx context.Context, t *state.Task, bucket, key string) ([]byte, error) {
	if _, err := s.keys(t, "s3").Retrieve(ctx); err != nil {
		return nil, err
	}
	if s.s3Dir != "" {
		content, err := inBucket(s.s3Dir, bucket, key)
		if !errors.Is(err, fs.ErrNotExist) {
			return content, err
		}
		if !s.s3 {
			return nil, noObject(http.StatusNotFound, uuid.NewString())
		}
	}
	if !s.s3 {
		return nil, agent.ErrNoObjects(fmt.Sprintf("s3://%s/%s cannot be read, as ecs-emulator has no S3: start it with --s3-dir and a folder of buckets, or with --upstream", bucket, key))
	}
	return s.client.object(ctx, s.keys(t, "s3"), t.Scope().Region, bucket, key)
}

// inBucket reads an object below a folder of buckets, out of which no link leads.
func inBucket(dir, bucket, key string) ([]byte, error) {
	name := path.Join(bucket, key)
	if name != bucket+"/"+key || !fs.ValidPath(name) {
		return nil, fs.ErrNotExist // no file is called like this
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder of buckets: %w", err)
	}
	defer root.Close()
	found, err := root.Stat(name)
	switch {
	case errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ENAMETOOLONG):
		return nil, fs.ErrNotExist // nothing can be called like this
	case err != nil:
		return nil, fmt.Errorf("look for an object: %w", err)
	case !found.Mode().IsRegular():
		return nil, fs.ErrNotExist
	case found.Size() > mostAnswer:
		return nil, errAnswerTooLong
	}
	content, err := root.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read an object: %w", err)
	}
	return content, nil
}
