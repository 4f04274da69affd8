package emulator

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/agent"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatchlogs"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/wire"
)

// initFolders are folders of the init folder. What is in their files is the input of one operation,
// as the AWS CLI takes it by --cli-input-json.
var initFolders = map[string]definitionKind{
	"roles": roleFile, "log-groups": logGroupFile, "parameters": parameterFile, "secrets": secretFile,
}

// readInitFolders reads the files of the folders of the init folder. One of another name that has
// JSON files is refused, as it may be misspelt; what begins with a dot is left alone.
func readInitFolders(dir string) (list []definition, err error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*", "*.json"))
	if err != nil {
		return nil, fmt.Errorf("read init folder: %w", err)
	}
	for _, path := range paths {
		folder := filepath.Base(filepath.Dir(path))
		kind, known := initFolders[folder]
		if !known && strings.HasPrefix(folder, ".") {
			continue
		}
		if !known {
			return nil, fmt.Errorf("init %s: the folder is none of %s", path, strings.Join(slices.Sorted(maps.Keys(initFolders)), ", "))
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read init folder: %w", err)
		}
		list = append(list, definition{path, kind, body})
	}
	return list, nil
}

// initRole makes a role, unless there is one of its name.
func (s *Server) initRole(ctx context.Context, d definition) error {
	var in sdk.CreateRoleInput
	if err := wire.AsIs.Unmarshal(d.body, &in); err != nil {
		return err
	}
	call := awsapi.Call{Service: "iam", Operation: "CreateRole", Region: s.opts.Region, Account: s.opts.Account}
	_, err := iam.New(s.store, s.clock.Now).CreateRole(awsapi.NewContext(ctx, call), &in)
	return unlessThere(err, "EntityAlreadyExists")
}

// initLogGroup makes a log group, unless there is one of its name.
func (s *Server) initLogGroup(ctx context.Context, d definition) error {
	var in cloudwatchlogs.CreateLogGroupInput
	if err := createLogGroup.codec.Unmarshal(d.body, &in); err != nil {
		return err
	}
	return unlessThere(s.initCall(ctx, createLogGroup, &in), codeThere)
}

var putParameter = operation{service: "SSM", signed: "ssm", target: "AmazonSSM", name: "PutParameter", codec: wire.AsIs}

// initParameter makes a parameter, unless there is one of its name, whatever its value.
func (s *Server) initParameter(ctx context.Context, d definition) error {
	var in ssm.PutParameterInput
	if err := putParameter.codec.Unmarshal(d.body, &in); err != nil {
		return err
	}
	in.Overwrite = nil // or each start would make a version
	return unlessThere(s.initCall(ctx, putParameter, &in), "ParameterAlreadyExists")
}

var (
	createSecret   = operation{service: "Secrets Manager", signed: "secretsmanager", target: "secretsmanager", name: "CreateSecret", codec: wire.AsIs}
	describeSecret = operation{service: "Secrets Manager", signed: "secretsmanager", target: "secretsmanager", name: "DescribeSecret", codec: wire.AsIs}
)

// initSecret makes a secret, unless there is one of its name, which may be marked for deletion.
func (s *Server) initSecret(ctx context.Context, d definition) error {
	var in secretsmanager.CreateSecretInput
	if err := createSecret.codec.Unmarshal(d.body, &in); err != nil {
		return err
	}
	if in.Name != nil && s.initCall(ctx, describeSecret, &secretsmanager.DescribeSecretInput{SecretId: in.Name}) == nil {
		return nil
	}
	return s.initCall(ctx, createSecret, &in)
}

// initCall calls an operation as a client of the default account and region does, of the upstream
// where the service is left to that.
func (s *Server) initCall(ctx context.Context, op operation, in any) error {
	keys := credentials.StaticCredentialsProvider{Value: accountKeys(arn.Scope{Account: s.opts.Account})}
	return s.apiClient().do(ctx, keys, s.opts.Region, op, in, nil)
}

// unlessThere leaves out the error with a code, that there is such a thing already.
func unlessThere(err error, code string) error {
	var failed *agent.CallError
	var refusal smithy.APIError
	if errors.As(err, &failed) && failed.Code == code || errors.As(err, &refusal) && refusal.ErrorCode() == code {
		return nil
	}
	return err
}
