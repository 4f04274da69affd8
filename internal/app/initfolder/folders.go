package initfolder

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
	ecrtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/userfile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// initFolders are folders of the init folder, but for stacks. What is in their files is the input of one operation,
// as the AWS CLI takes it by --cli-input-json, or begins with it.
var initFolders = map[string]definitionKind{
	"policies": policyFile, "groups": groupFile, "users": userFile, "access-keys": accessKeyFile, "roles": roleFile, "log-groups": logGroupFile, "parameters": parameterFile, "secrets": secretFile, "repositories": repositoryFile,
}

// readInitFolders reads the files of the folders of the init folder. One of another name that has
// JSON files is refused, as it may be misspelt; what begins with a dot is left alone.
func readInitFolders(ctx context.Context, dir string) (list []definition, err error) {
	paths, err := matching(dir, "*/*.json")
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		folder := filepath.Base(filepath.Dir(path))
		kind, known := initFolders[folder]
		if folder == stacksFolder || !known && strings.HasPrefix(folder, ".") {
			continue
		}
		if !known {
			names := append(slices.Collect(maps.Keys(initFolders)), stacksFolder)
			slices.Sort(names)
			return nil, fmt.Errorf("init %s: the folder is none of %s", path, strings.Join(names, ", "))
		}
		body, err := userfile.Read(ctx, path, userfile.MiB)
		if err != nil {
			return nil, fmt.Errorf("read init folder: %w", err)
		}
		list = append(list, definition{path, kind, body})
	}
	return list, nil
}

var createLogGroup = apiclient.Operation{Service: "CloudWatch Logs", Signed: "logs", Target: "Logs_20140328", Name: "CreateLogGroup", Codec: wire.LowerCamel}

// makeLogGroup makes a log group, unless there is one of its name.
func (f *Folder) makeLogGroup(ctx context.Context, d definition) error {
	var in cloudwatchlogs.CreateLogGroupInput
	if err := createLogGroup.Codec.Unmarshal(d.body, &in); err != nil {
		return err
	}
	return f.callUnless(ctx, createLogGroup, &in, nil, "ResourceAlreadyExistsException")
}

var putParameter = apiclient.Operation{Service: "SSM", Signed: "ssm", Target: "AmazonSSM", Name: "PutParameter", Codec: wire.AsIs}

// makeParameter makes a parameter, unless there is one of its name, also with another value.
func (f *Folder) makeParameter(ctx context.Context, d definition) error {
	var in ssm.PutParameterInput
	if err := putParameter.Codec.Unmarshal(d.body, &in); err != nil {
		return err
	}
	in.Overwrite = nil // or each start would make a version
	return f.callUnless(ctx, putParameter, &in, nil, "ParameterAlreadyExists")
}

var (
	createSecret   = apiclient.Operation{Service: "Secrets Manager", Signed: "secretsmanager", Target: "secretsmanager", Name: "CreateSecret", Codec: wire.AsIs}
	describeSecret = apiclient.Operation{Service: "Secrets Manager", Signed: "secretsmanager", Target: "secretsmanager", Name: "DescribeSecret", Codec: wire.AsIs}
)

// makeSecret makes a secret, unless there is one of its name, which may be marked for deletion.
func (f *Folder) makeSecret(ctx context.Context, d definition) error {
	var in secretsmanager.CreateSecretInput
	if err := createSecret.Codec.Unmarshal(d.body, &in); err != nil {
		return err
	}
	if in.Name != nil {
		asking := apiclient.Expecting(ctx, "ResourceNotFoundException")
		if f.call(asking, describeSecret, &secretsmanager.DescribeSecretInput{SecretId: in.Name}, nil) == nil {
			return nil
		}
	}
	return f.call(ctx, createSecret, &in, nil)
}

var createRepository = apiclient.Operation{
	Service: "ECR", Signed: "ecr", Target: "AmazonEC2ContainerRegistry_V20150921", Name: "CreateRepository", Codec: wire.LowerCamel.Except(ecrtypes.Tag{}),
}

// makeRepository makes a repository of images, unless there is one of its name.
func (f *Folder) makeRepository(ctx context.Context, d definition) error {
	var in ecr.CreateRepositoryInput
	if err := createRepository.Codec.Unmarshal(d.body, &in); err != nil {
		return err
	}
	return f.callUnless(ctx, createRepository, &in, nil, "RepositoryAlreadyExistsException")
}

// call calls an operation as a client of the default account and region does, of the upstream
// where the service is left to that.
func (f *Folder) call(ctx context.Context, op apiclient.Operation, in, out any) error {
	return f.Client.Do(ctx, f.Root, op, in, out)
}

// callUnless calls an operation of which the error with a code is as good as an answer, such as that there is such a
// thing already: the log does not warn of it.
func (f *Folder) callUnless(ctx context.Context, op apiclient.Operation, in, out any, code string) error {
	_, err := f.made(ctx, op, in, out, code)
	return err
}

// made calls an operation, and reports whether it has answered without the error with a code.
func (f *Folder) made(ctx context.Context, op apiclient.Operation, in, out any, code string) (bool, error) {
	err := f.call(apiclient.Expecting(ctx, code), op, in, out)
	var failed *apiclient.Error
	if errors.As(err, &failed) && failed.Code == code {
		return false, nil
	}
	return err == nil, err
}
