package emulator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/wire"
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
	roleFile definitionKind = iota
	logGroupFile
	parameterFile
	secretFile
	clusterFile
	taskDefinitionFile
	serviceFile
)

// init makes what the files of a folder describe, each the JSON input of an
// operation, told apart by their members: containerDefinitions is
// RegisterTaskDefinition, clusterName is CreateCluster, and taskDefinition is
// CreateService, whose serviceName may be left to the file's name. Roles, log groups, parameters
// and secrets are in folders of their own there, by whose names they are told apart.
//
// It goes through the API like any client. What exists already, from an earlier
// run with a data directory, is left alone.
func (s *Server) init(ctx context.Context, dir string) error {
	definitions, err := readDefinitions(dir)
	if err != nil {
		return err
	}
	client := ecs.NewFromConfig(s.Config())
	for _, d := range definitions {
		var err error
		switch d.kind {
		case roleFile:
			err = s.initRole(ctx, d)
		case logGroupFile:
			err = s.initLogGroup(ctx, d)
		case parameterFile:
			err = s.initParameter(ctx, d)
		case secretFile:
			err = s.initSecret(ctx, d)
		case clusterFile:
			err = initCluster(ctx, client, d)
		case taskDefinitionFile:
			err = initTaskDefinition(ctx, client, d)
		case serviceFile:
			err = initService(ctx, client, d)
		}
		if err != nil {
			return fmt.Errorf("init %s: %w", d.path, err)
		}
		s.opts.Log.Info("made at the start", "file", d.path)
	}
	return nil
}

func readDefinitions(dir string) ([]definition, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("read init folder: %w", err)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("read init folder: %w", err)
	}
	list, err := readInitFolders(dir)
	if err != nil {
		return nil, err
	}
	if len(paths)+len(list) == 0 {
		return nil, fmt.Errorf("init folder %s holds no .json file", dir)
	}
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read init folder: %w", err)
		}
		d, err := newDefinition(path, body)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	slices.SortStableFunc(list, func(a, b definition) int { return int(a.kind) - int(b.kind) })
	return list, nil
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
	}{{"containerDefinitions", taskDefinitionFile}, {"clusterName", clusterFile}, {"taskDefinition", serviceFile}} {
		if _, has := members[each.member]; has {
			return definition{path, each.kind, body}, nil
		}
	}
	return definition{}, fmt.Errorf("init %s: has none of containerDefinitions, clusterName and taskDefinition, so it is no input of an operation", path)
}

func initCluster(ctx context.Context, client *ecs.Client, d definition) error {
	var in ecs.CreateClusterInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	_, err := client.CreateCluster(ctx, &in)
	return err
}

// initTaskDefinition registers a revision, unless the newest one came from the
// same file.
func initTaskDefinition(ctx context.Context, client *ecs.Client, d definition) error {
	var in ecs.RegisterTaskDefinitionInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	sum := fingerprint(d.body)
	newest, err := client.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: in.Family, Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags},
	})
	if err == nil && slices.ContainsFunc(newest.Tags, func(t types.Tag) bool {
		return aws.ToString(t.Key) == initTag && aws.ToString(t.Value) == sum
	}) {
		return nil
	}
	in.Tags = append(in.Tags, types.Tag{Key: aws.String(initTag), Value: aws.String(sum)})
	_, err = client.RegisterTaskDefinition(ctx, &in)
	return err
}

func fingerprint(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// initTag marks a revision with the content of the file that it was made from.
const initTag = "ecs-emulator:init"

// initService creates a service, unless there is one of its name.
func initService(ctx context.Context, client *ecs.Client, d definition) error {
	var in ecs.CreateServiceInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	if in.ServiceName == nil {
		name, _, _ := strings.Cut(filepath.Base(d.path), ".")
		in.ServiceName = &name
	}
	found, err := client.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: in.Cluster, Services: []string{*in.ServiceName}})
	var noCluster *types.ClusterNotFoundException
	if err != nil && !errors.As(err, &noCluster) {
		return err
	}
	if found != nil && len(found.Services) == 1 && aws.ToString(found.Services[0].Status) == "ACTIVE" {
		return nil
	}
	_, err = client.CreateService(ctx, &in)
	return err
}
