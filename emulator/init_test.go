package emulator_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const initDefinition = `{"family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
	"containerDefinitions": [{"name": "app", "image": "app"}]}`

// The service has no name: it is that of its file. It sorts before what it needs.
const initService = `{"cluster": "shop", "taskDefinition": "web", "desiredCount": 1, "launchType": "FARGATE",
	"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0123abcd"]}}}`

func initDir(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A gateway and its association come before the service that connects to it, and stay as they are at the next start.
func TestInitMakesGateways(t *testing.T) {
	t.Parallel()
	opts := emulator.Options{Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), InitDir: initDir(t, map[string]string{
		"a.service.json":   strings.Replace(initService, "{", `{"gatewayConnectors": [{"portName": "http"}], `, 1),
		"association.json": `{"gateway": "public", "cluster": "shop"}`,
		"public.json":      `{"infrastructureRoleArn": "arn:aws:iam::000000000000:role/infra", "configuration": {"hostSharedAlb": {}}}`,
		"shop.json":        `{"clusterName": "shop"}`,
		"web.json":         strings.Replace(initDefinition, `"image": "app"`, `"image": "app", "portMappings": [{"name": "http", "containerPort": 80}]`, 1),
	})}
	for range 2 {
		w := open(t, opts)
		w.eventually("the route is there", func() bool {
			out, err := w.client.ListGatewayRoutes(t.Context(), &ecs.ListGatewayRoutesInput{Gateway: aws.String("public"), Cluster: aws.String("shop"), Service: aws.String("a")})
			w.must(err)
			return len(out.GatewayRoutes) == 1 && out.GatewayRoutes[0].Status == types.GatewayRouteStatusActive
		})
		w.must(w.srv.Close())
	}
}

func TestInitMakesWhatTheFolderDescribes(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	opts := emulator.Options{
		Backend: sim.New(sim.Options{}), DataDir: t.TempDir(),
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
		InitDir: initDir(t, map[string]string{
			"api.service.json": initService, "web.json": initDefinition, "shop.json": `{"clusterName": "shop"}`,
		}),
	}
	check := func(srv *emulator.Server) {
		t.Helper()
		client := ecs.NewFromConfig(srv.Config())
		w := &world{t, srv, client}
		cluster := "shop"
		w.eventually("the service runs", func() bool {
			out, err := client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: &cluster, Services: []string{"api"}})
			w.must(err)
			return len(out.Services) == 1 && out.Services[0].RunningCount == 1
		})
		definitions, err := client.ListTaskDefinitions(t.Context(), &ecs.ListTaskDefinitionsInput{})
		w.must(err)
		if len(definitions.TaskDefinitionArns) != 1 {
			t.Errorf("revisions: %v", definitions.TaskDefinitionArns)
		}
	}
	first, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	check(first)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again := start(t, opts).srv // nothing is made twice
	check(again)
	if err := again.Reset(); err != nil {
		t.Fatal(err)
	}
	check(again)
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if log.Len() != 0 {
		t.Errorf("the log warns of what is well:\n%s", log.String())
	}
}

// A service with the deployment controller EXTERNAL, and its task set, which has the name of its file: a later start makes no other one.
func TestInitMakesTaskSets(t *testing.T) {
	t.Parallel()
	opts := emulator.Options{
		Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), Log: slog.New(slog.DiscardHandler),
		InitDir: initDir(t, map[string]string{
			"a.json": `{"cluster": "default", "service": "web", "taskDefinition": "web", "launchType": "FARGATE", "scale": {"value": 50, "unit": "PERCENT"},
				"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0123abcd"]}}}`,
			"web.json": `{"deploymentController": {"type": "EXTERNAL"}, "desiredCount": 4}`, "z.json": initDefinition,
		}),
	}
	check := func(srv *emulator.Server) {
		t.Helper()
		client := ecs.NewFromConfig(srv.Config())
		w := &world{t, srv, client}
		w.eventually("the task set has half of the count", func() bool {
			out, err := client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Services: []string{"web"}})
			w.must(err)
			s := out.Services[0]
			return s.RunningCount == 2 && len(s.TaskSets) == 1 && *s.TaskSets[0].ExternalId == "a"
		})
		if err := srv.WaitStable(t.Context(), "", "web"); err == nil || !strings.Contains(err.Error(), "its deployment controller is EXTERNAL") {
			t.Errorf("WaitStable: %v", err)
		}
	}
	first, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	check(first)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	check(start(t, opts).srv)
}

// Files of one family are its newest revisions, in the order of their names; which of them are there is not made again.
func TestInitMakesTheRevisionsOfAFamilyOnce(t *testing.T) {
	t.Parallel()
	revision := func(image string) string {
		return `{"family": "w", "containerDefinitions": [{"name": "app", "image": "` + image + `", "memory": 64}]}`
	}
	opts := emulator.Options{
		Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), Log: slog.New(slog.DiscardHandler),
		InitDir: initDir(t, map[string]string{"a.json": revision("a"), "b.json": revision("b"), "other.json": initDefinition}),
	}
	for _, step := range []struct {
		why   string
		write map[string]string
		want  string
	}{
		{"the first start", nil, "ab"},
		{"a restart", nil, "ab"},
		{"a file more", map[string]string{"c.json": revision("c")}, "abc"},
		{"the first one changed", map[string]string{"a.json": revision("A")}, "abcAbc"},
		{"a restart after that", nil, "abcAbc"},
		{"the last one changed", map[string]string{"c.json": revision("C")}, "abcAbcAbC"},
		{"two files that are the same", map[string]string{"d.json": revision("C")}, "abcAbcAbCC"},
		{"another restart", nil, "abcAbcAbCC"},
	} {
		for name, body := range step.write {
			if err := os.WriteFile(filepath.Join(opts.InitDir, name), []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		srv, err := emulator.New(opts)
		if err != nil {
			t.Fatal(err)
		}
		if got := imagesOfRevisions(t, srv, "w"); got != step.want {
			t.Errorf("%s: the revisions have the images %s, not %s", step.why, got, step.want)
		}
		if got := imagesOfRevisions(t, srv, "web"); got != "app" {
			t.Errorf("%s: the revisions of the other family have the images %s", step.why, got)
		}
		if err := srv.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// imagesOfRevisions are the images of the first containers of a family's revisions, oldest first.
func imagesOfRevisions(t *testing.T, srv *emulator.Server, family string) (images string) {
	t.Helper()
	client := ecs.NewFromConfig(srv.Config())
	listed, err := client.ListTaskDefinitions(t.Context(), &ecs.ListTaskDefinitionsInput{FamilyPrefix: &family})
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range listed.TaskDefinitionArns {
		out, err := client.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: &each})
		if err != nil {
			t.Fatal(err)
		}
		images += *out.TaskDefinition.ContainerDefinitions[0].Image
	}
	return images
}

// What a definition of production needs is there before its service.
func TestInitMakesWhatTasksReferTo(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	opts := emulator.Options{
		Log:     slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), Account: "111122223333", Region: "eu-west-1", StrictRoles: true,
		InitDir: initDir(t, map[string]string{
			"api.json": `{"cluster": "shop", "taskDefinition": "web", "desiredCount": 1, "launchType": "FARGATE",
				"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0123abcd"]}}}`,
			"shop.json": `{"clusterName": "shop"}`,
			"web.json": `{"family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
				"executionRoleArn": "arn:aws:iam::111122223333:role/execution",
				"containerDefinitions": [{"name": "app", "image": "app",
					"secrets": [{"name": "DB", "valueFrom": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf:password::"},
						{"name": "URL", "valueFrom": "/prod/url"}],
					"logConfiguration": {"logDriver": "awslogs",
						"options": {"awslogs-group": "/ecs/web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "web"}}}]}`,
			"secrets/db.json":     `{"Name": "prod/db", "SecretString": "{\"password\":\"hunter2\"}", "Tags": [{"Key": "team", "Value": "web"}]}`,
			"parameters/url.json": `{"Name": "/prod/url", "Value": "http://db", "Type": "SecureString", "Overwrite": true}`,
			"log-groups/web.json": `{"logGroupName": "/ecs/web"}`,
			"roles/execution.json": `{"RoleName": "execution", "AssumeRolePolicyDocument":
				"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ecs-tasks.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}"}`,
			"secrets/old.json":      `{"Name": "old"}`,
			"repositories/web.json": `{"repositoryName": "web", "imageTagMutability": "IMMUTABLE", "tags": [{"Key": "team", "Value": "web"}]}`,
			"..data/old.json":       "{", // as Kubernetes mounts what it has replaced
		}),
	}
	cluster, old, parameter := "shop", "old", "/prod/url"
	run := func(srv *emulator.Server) {
		t.Helper()
		client := ecs.NewFromConfig(srv.Config())
		w := &world{t, srv, client}
		w.eventually("the service runs", func() bool {
			out, err := client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: &cluster, Services: []string{"api"}})
			w.must(err)
			return len(out.Services) == 1 && out.Services[0].RunningCount == 1
		})
		found, err := ssm.NewFromConfig(srv.Config()).GetParameter(t.Context(), &ssm.GetParameterInput{Name: &parameter})
		w.must(err)
		if found.Parameter.Version != 1 {
			t.Errorf("the parameter has version %d", found.Parameter.Version)
		}
		repositories, err := ecr.NewFromConfig(srv.Config()).DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{})
		w.must(err)
		if r := repositories.Repositories; len(r) != 1 || *r[0].RepositoryUri != srv.RepositoryURI("web") || r[0].ImageTagMutability != "IMMUTABLE" {
			t.Errorf("repositories %+v, want one at %s", r, srv.RepositoryURI("web"))
		}
	}
	first, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	run(first)
	_, err = secretsmanager.NewFromConfig(first.Config()).DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: &old})
	if err := errors.Join(err, first.Close()); err != nil {
		t.Fatal(err)
	}
	again := start(t, opts).srv // nothing is made twice, nor what is marked for deletion
	run(again)
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if log.Len() != 0 {
		t.Errorf("the log warns of what is well:\n%s", log.String())
	}
}

// Users have what their files say, and act with the keys that these have, in each run.
func TestInitMakesIdentities(t *testing.T) {
	t.Parallel()
	const document = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}]}`
	quoted, _ := json.Marshal(document)
	opts := emulator.Options{
		Log: slog.New(slog.DiscardHandler), Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), Account: "111122223333",
		InitDir: initDir(t, map[string]string{
			"policies/deploy.json": `{"PolicyName": "deploy", "PolicyDocument": ` + string(quoted) + `}`,
			"groups/team.json":     `{"GroupName": "team", "AttachedPolicies": ["arn:aws:iam::111122223333:policy/deploy"], "Policies": {"own": ` + document + `}}`,
			"users/dev.json":       `{"UserName": "dev", "Tags": [{"Key": "team", "Value": "shop"}], "Groups": ["team"], "Policies": {"own": ` + string(quoted) + `}}`,
			"access-keys/dev.json": `{"UserName": "dev", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}`,
			"roles/app.json": `{"RoleName": "app", "AttachedPolicies": ["arn:aws:iam::111122223333:policy/deploy"], "AssumeRolePolicyDocument":
				"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ecs-tasks.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}"}`,
		}),
	}
	check := func(srv *emulator.Server) {
		t.Helper()
		config := srv.Config()
		config.Credentials = credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "")
		client := iam.NewFromConfig(config)
		me, err := client.GetUser(t.Context(), &iam.GetUserInput{})
		if err != nil || *me.User.Arn != "arn:aws:iam::111122223333:user/dev" || len(me.User.Tags) != 1 {
			t.Errorf("the key is of %+v: %v", me, err)
		}
		details, err := client.GetAccountAuthorizationDetails(t.Context(), &iam.GetAccountAuthorizationDetailsInput{})
		if err != nil {
			t.Fatal(err)
		}
		user, group := details.UserDetailList[0], details.GroupDetailList[0]
		if !slices.Equal(user.GroupList, []string{"team"}) || len(user.UserPolicyList) != 1 || len(group.GroupPolicyList) != 1 || len(group.AttachedManagedPolicies) != 1 {
			t.Errorf("user %+v, group %+v", user, group)
		}
		if use := details.Policies[0]; *use.AttachmentCount != 2 {
			t.Errorf("the policy is attached %d times", *use.AttachmentCount)
		}
	}
	first, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	check(first)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again := start(t, opts).srv
	check(again)
	if err := again.Reset(); err != nil {
		t.Fatal(err)
	}
	check(again)
}

// A start that fails half way leaves nothing out for good.
func TestInitEndsWhatAnEarlierStartHasBegun(t *testing.T) {
	t.Parallel()
	const trust = `"AssumeRolePolicyDocument": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ecs.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}"`
	const own = `"Policies": {"own": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}]}}`
	const none, known = `"AttachedPolicies": ["arn:aws:iam::aws:policy/NoSuchPolicyAtAll"]`, `"AttachedPolicies": ["arn:aws:iam::aws:policy/AmazonECS_FullAccess"]`
	opts := emulator.Options{Log: slog.New(slog.DiscardHandler), Backend: sim.New(sim.Options{}), DataDir: t.TempDir()}
	for _, step := range []struct{ file, text string }{
		{"groups/team.json", `{"GroupName": "team", `}, {"users/dev.json", `{"UserName": "dev", "Groups": ["team"], `}, {"roles/app.json", `{"RoleName": "app", ` + trust + `, `},
	} {
		opts.InitDir = initDir(t, map[string]string{step.file: step.text + own + `, ` + none + `}`, "groups/a.json": `{"GroupName": "team"}`})
		if _, err := emulator.New(opts); err == nil || !strings.Contains(err.Error(), step.file) {
			t.Errorf("error: %v", err)
		}
		opts.InitDir = initDir(t, map[string]string{step.file: step.text + own + `, ` + known + `}`})
		srv, err := emulator.New(opts)
		if err != nil {
			t.Fatal(err)
		}
		if err := srv.Close(); err != nil {
			t.Fatal(err)
		}
	}
	client := iam.NewFromConfig(start(t, opts).srv.Config())
	out, err := client.GetAccountAuthorizationDetails(t.Context(), &iam.GetAccountAuthorizationDetailsInput{})
	if err != nil {
		t.Fatal(err)
	}
	u, g, r := out.UserDetailList[0], out.GroupDetailList[0], out.RoleDetailList[0]
	if len(u.UserPolicyList) != 1 || len(g.GroupPolicyList) != 1 || len(r.RolePolicyList) != 1 || !slices.Equal(u.GroupList, []string{"team"}) {
		t.Errorf("user %+v, group %+v, role %+v", u, g, r)
	}
	if use := out.Policies[0]; *use.AttachmentCount != 3 {
		t.Errorf("the policy is attached %d times", *use.AttachmentCount)
	}
}

// What users have made of what a folder has made stays, and the start says so.
func TestInitLeavesWhatIsThere(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	key := func(id string) string {
		return `{"UserName": "dev", "AccessKeyId": "` + id + `", "SecretAccessKey": "s"}`
	}
	const renamed, deleted, third = "AKIAIOSFODNN7EXAMPL1", "AKIAIOSFODNN7EXAMPL2", "AKIAIOSFODNN7EXAMPL3"
	files := map[string]string{
		"users/dev.json": `{"UserName": "dev"}`, "access-keys/1.json": key(renamed), "access-keys/2.json": key(deleted),
	}
	opts := emulator.Options{
		Log:     slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), InitDir: initDir(t, files),
	}
	change := func(fn func(client *iam.Client) error) {
		t.Helper()
		srv, err := emulator.New(opts)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(fn(iam.NewFromConfig(srv.Config())), srv.Close()); err != nil {
			t.Fatal(err)
		}
	}
	dev, ops, gone := "dev", "ops", deleted
	change(func(client *iam.Client) error {
		_, first := client.DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: &dev, AccessKeyId: &gone})
		_, second := client.UpdateUser(t.Context(), &iam.UpdateUserInput{UserName: &dev, NewUserName: &ops})
		return errors.Join(first, second)
	})
	if log.Len() != 0 {
		t.Errorf("the log warns of what is well:\n%s", log.String())
	}
	change(func(client *iam.Client) (err error) { // dev is made again, without keys
		for range 2 {
			_, more := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &dev})
			err = errors.Join(err, more)
		}
		return err
	})
	files["access-keys/3.json"] = key(third)
	opts.InitDir = initDir(t, files)
	client := iam.NewFromConfig(start(t, opts).srv.Config())
	for _, want := range []string{
		"the access key " + renamed + " is another user's", "the access key " + deleted + " was deleted", "the user dev has 2 access keys, which is AWS's quota",
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not have %q:\n%s", want, log.String())
		}
	}
	keys, err := client.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: &ops})
	if err != nil || len(keys.AccessKeyMetadata) != 1 || *keys.AccessKeyMetadata[0].AccessKeyId != renamed {
		t.Errorf("ops has the keys %+v: %v", keys, err)
	}
}

func TestInitFailsWithTheFileAndTheReason(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"nothing there":     {nil, "holds no .json file"},
		"not JSON":          {map[string]string{"a.json": "{"}, "a.json"},
		"no known members":  {map[string]string{"a.json": `{"x": 1}`}, "has none of containerDefinitions, clusterName, scale, externalId, taskDefinition, deploymentController, infrastructureRoleArn and gateway"},
		"refused by ECS":    {map[string]string{"a.json": `{"family": "a b", "containerDefinitions": []}`}, ", ClientException: "},
		"unknown folder":    {map[string]string{"secret/a.json": "{}"}, "the folder is none of access-keys, groups, log-groups, parameters, policies, repositories, roles, secrets, stacks, users"},
		"refused by IAM":    {map[string]string{"roles/a.json": `{"RoleName": "a"}`}, "ValidationError: 1 validation error detected"},
		"key of no user":    {map[string]string{"access-keys/a.json": `{"UserName": "dev", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "s"}`}, `access-keys/a.json: there is no user "dev"`},
		"key without an id": {map[string]string{"users/a.json": `{"UserName": "dev"}`, "access-keys/a.json": `{"UserName": "dev", "SecretAccessKey": "s"}`}, `the AccessKeyId "" is none`},
		"group of a group":  {map[string]string{"groups/a.json": `{"GroupName": "a", "Groups": ["b"]}`}, "groups/a.json: only users have the member Groups"},
		"no such policy":    {map[string]string{"users/a.json": `{"UserName": "a", "AttachedPolicies": ["arn:aws:iam::000000000000:policy/none"]}`}, "NoSuchEntity: Policy "},
		"refused by SSM":    {map[string]string{"parameters/a.json": `{"Name": "a b", "Value": "v", "Type": "String"}`}, "ValidationException: Parameter name: "},
		"refused secret":    {map[string]string{"secrets/a.json": `{"Name": "a b"}`}, "ValidationException: Invalid name. "},
		"no name":           {map[string]string{"secrets/a.json": `{"SecretString": "s"}`}, "secrets/a.json"},
		"refused log group": {map[string]string{"log-groups/a.json": `{"logGroupName": "a b"}`}, "InvalidParameterException"},
		"refused by ECR":    {map[string]string{"repositories/a.json": `{"repositoryName": "A"}`}, "InvalidParameterException: Invalid parameter at 'repositoryName'"},
		"wrong type":        {map[string]string{"a.json": `{"family": 1, "containerDefinitions": []}`}, "a.json"},
		"no such cluster":   {map[string]string{"a.json": initDefinition, "b.json": initService}, ", ClusterNotFoundException: Cluster not found."},
		"unknown reference": {map[string]string{"a.json": `{"taskDefinition": "none", "desiredCount": 1}`}, ", ClientException: TaskDefinition not found."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := emulator.New(emulator.Options{InitDir: initDir(t, test.files)})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error: %v", err)
			}
		})
	}
}

func TestInitNamesADirectoryThatIsMissing(t *testing.T) {
	t.Parallel()
	_, err := emulator.New(emulator.Options{InitDir: filepath.Join(t.TempDir(), "none")})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error: %v", err)
	}
}

// The name of a folder is no pattern, which would have the files of another folder read.
func TestInitTakesAFolderWithAnyName(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "in[i]t")
	other := filepath.Join(filepath.Dir(dir), "init")
	for path, body := range map[string]string{
		filepath.Join(dir, "a.json"): `{"clusterName": "asked"}`, filepath.Join(dir, "log-groups", "a.json"): `{"logGroupName": "asked"}`,
		filepath.Join(other, "a.json"): `{"clusterName": "other"}`,
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(body), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	w := start(t, emulator.Options{Engine: "sim", InProcess: true, InitDir: dir})
	out, err := w.client.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{Clusters: []string{"asked", "other"}})
	w.must(err)
	if len(out.Clusters) != 1 || *out.Clusters[0].ClusterName != "asked" {
		t.Errorf("made %+v", out.Clusters)
	}
	groups, err := cloudwatchlogs.NewFromConfig(w.srv.Config()).DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
	w.must(err)
	if len(groups.LogGroups) != 1 {
		t.Errorf("made %d log groups", len(groups.LogGroups))
	}
}
