// Package initfolder makes what the files of a folder describe, for --init: clusters, task
// definitions, services, task sets, and in folders of their own users, groups, roles and their policies, log groups, parameters,
// secrets and repositories of images, and stacks of CloudFormation.
package initfolder

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/userfile"
)

// definition is a file of the init folder: the input of the operation that makes
// what it describes.
type definition struct {
	path string
	kind definitionKind
	body []byte
}

// definitionKind orders the files: a service needs its task definition and cluster, and its tasks
// need what these refer to.
type definitionKind int

const (
	policyFile definitionKind = iota
	groupFile
	userFile
	accessKeyFile
	roleFile
	logGroupFile
	parameterFile
	secretFile
	repositoryFile
	clusterFile
	gatewayFile
	associationFile
	taskDefinitionFile
	serviceFile
	taskSetFile
)

// Folder is one of Options.InitDir.
type Folder struct {
	Dir string
	// Client calls APIs, as the root of the account.
	Client *apiclient.Client
	Root   apiclient.Principal
	// GiveAccessKey gives a user of the account an access key; kept says why what is there stays as it is.
	GiveAccessKey func(user, id, secret string) (kept string, err error)
	// AwaitStack waits until no operation on a stack is under way.
	AwaitStack func(ctx context.Context, id string) error
	Log        *slog.Logger
}

// Make makes what the files of a folder describe but stacks, each the JSON input of an
// operation, told apart by their members: containerDefinitions is
// RegisterTaskDefinition, clusterName is CreateCluster, scale and externalId are CreateTaskSet, and taskDefinition and
// deploymentController are CreateService, whose serviceName may be left to the file's name. Other things are in folders of their own there,
// by whose names they are told apart.
//
// It goes through the API like any client, but for access keys. What exists already, from an earlier
// run with a data directory, is left alone; users, groups and roles get the policies and groups of their files.
func (f *Folder) Make(ctx context.Context) error {
	definitions, err := readDefinitions(ctx, f.Dir)
	if err != nil {
		return err
	}
	made, err := f.madeTaskDefinitions(ctx, definitions)
	if err != nil {
		return err
	}
	for _, d := range definitions {
		if !made[d.path] {
			if err := f.make(ctx, d); err != nil {
				return fmt.Errorf("init %s: %w", d.path, err)
			}
		}
		f.Log.Info("made at the start", "file", d.path)
	}
	return nil
}

func (f *Folder) make(ctx context.Context, d definition) error {
	switch d.kind {
	case policyFile:
		return f.makePolicy(ctx, d)
	case groupFile:
		return f.makeGroup(ctx, d)
	case userFile:
		return f.makeUser(ctx, d)
	case accessKeyFile:
		return f.makeAccessKey(d)
	case roleFile:
		return f.makeRole(ctx, d)
	case logGroupFile:
		return f.makeLogGroup(ctx, d)
	case parameterFile:
		return f.makeParameter(ctx, d)
	case secretFile:
		return f.makeSecret(ctx, d)
	case repositoryFile:
		return f.makeRepository(ctx, d)
	case clusterFile:
		return f.makeCluster(ctx, d)
	case gatewayFile:
		return f.makeGateway(ctx, d)
	case associationFile:
		return f.makeAssociation(ctx, d)
	case taskDefinitionFile:
		return f.makeTaskDefinition(ctx, d)
	case serviceFile:
		return f.makeService(ctx, d)
	default:
		return f.makeTaskSet(ctx, d)
	}
}

func readDefinitions(ctx context.Context, dir string) ([]definition, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("read init folder: %w", err)
	}
	paths, err := matching(dir, "*.json")
	if err != nil {
		return nil, err
	}
	list, err := readInitFolders(ctx, dir)
	if err != nil {
		return nil, err
	}
	if len(paths)+len(list) == 0 {
		if stacks, err := readStacks(ctx, dir); err != nil || len(stacks) > 0 {
			return nil, err
		}
		return nil, fmt.Errorf("init folder %s holds no .json file, and no template in %s", dir, stacksFolder)
	}
	for _, path := range paths {
		body, err := userfile.Read(ctx, path, userfile.MiB)
		if err != nil {
			return nil, fmt.Errorf("read init folder: %w", err)
		}
		d, err := newDefinition(path, body)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	sorting.By(list, func(a, b definition) int { return int(a.kind) - int(b.kind) })
	return list, nil
}

// matching are the paths in a folder that match a pattern, by name. The name of the folder itself is no pattern.
func matching(dir, pattern string) (paths []string, err error) {
	names, err := fs.Glob(os.DirFS(dir), pattern)
	if err != nil {
		return nil, fmt.Errorf("read init folder: %w", err)
	}
	for _, name := range names {
		paths = append(paths, filepath.Join(dir, filepath.FromSlash(name)))
	}
	return paths, nil
}

func newDefinition(path string, body []byte) (definition, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return definition{}, fmt.Errorf("init %s: %w", path, err)
	}
	// What DescribeTaskDefinition prints works as well.
	if inner, wrapped := members["taskDefinition"]; wrapped && strings.HasPrefix(string(inner), "{") {
		return newDefinition(path, inner)
	}
	for _, each := range []struct {
		member string
		kind   definitionKind
	}{
		{"containerDefinitions", taskDefinitionFile}, {"clusterName", clusterFile}, {"scale", taskSetFile}, {"externalId", taskSetFile},
		{"taskDefinition", serviceFile}, {"deploymentController", serviceFile}, {"infrastructureRoleArn", gatewayFile}, {"gateway", associationFile},
	} {
		if _, has := members[each.member]; has {
			return definition{path, each.kind, body}, nil
		}
	}
	return definition{}, fmt.Errorf("init %s: has none of containerDefinitions, clusterName, scale, externalId, taskDefinition, deploymentController, infrastructureRoleArn and gateway, so its operation is unknown", path)
}
