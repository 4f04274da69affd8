package emulator_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const (
	otherAccount = "111122223333"
	everything   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
)

// accounts are an emulator with two accounts, each of which has its root user and the user dev, who may do everything.
type accounts struct {
	*world
	root, dev, otherRoot, otherDev aws.Config
}

func startAccounts(t *testing.T, o emulator.Options) *accounts {
	t.Helper()
	o.IAM, o.Accounts, o.RootCredentials = emulator.AccessEnforce, []string{otherAccount}, filepath.Join(t.TempDir(), "keys")
	w := &accounts{world: start(t, o)}
	w.root = w.srv.Config()
	w.otherRoot = w.rootOf(o.RootCredentials, otherAccount)
	w.dev, w.otherDev = w.user(w.root, "dev", everything), w.user(w.otherRoot, "dev", everything)
	return w
}

// rootOf has the keys of an account's root user, from the file in which they are profiles.
func (w *accounts) rootOf(file, account string) aws.Config {
	w.Helper()
	text, err := os.ReadFile(file)
	w.ok(err)
	_, profile, _ := strings.Cut(string(text), "["+account+"]\naws_access_key_id = ")
	id, rest, _ := strings.Cut(profile, "\naws_secret_access_key = ")
	secret, _, _ := strings.Cut(rest, "\n")
	return withKeys(w.root, id, secret)
}

// user makes a user with a policy, and has its keys.
func (w *accounts) user(root aws.Config, name, policy string) aws.Config {
	w.Helper()
	client := iam.NewFromConfig(root)
	_, err := client.CreateUser(w.Context(), &iam.CreateUserInput{UserName: &name})
	w.ok(err)
	_, err = client.PutUserPolicy(w.Context(), &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("own"), PolicyDocument: &policy})
	w.ok(err)
	made, err := client.CreateAccessKey(w.Context(), &iam.CreateAccessKeyInput{UserName: &name})
	w.ok(err)
	return withKeys(root, *made.AccessKey.AccessKeyId, *made.AccessKey.SecretAccessKey)
}

// lacks is the text of a denial for dev of the other account: AC10 without a resource policy, AC6 without one of the user's.
func lacks(action, resource, policy string) string {
	return "User: arn:aws:iam::" + otherAccount + ":user/dev is not authorized to perform: " + action + " on resource: " + resource +
		" because no " + policy + " policy allows the " + action + " action"
}

// Each account has its own identities, quotas and defaults.
func TestAccountsAreApart(t *testing.T) {
	w := startAccounts(t, withQuotas(map[string]int{"fargate-vcpus": 1}))
	for _, of := range []struct {
		config  aws.Config
		account string
	}{{w.dev, "000000000000"}, {w.otherDev, otherAccount}} {
		who, err := sts.NewFromConfig(of.config).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		w.ok(err)
		if *who.Arn != "arn:aws:iam::"+of.account+":user/dev" {
			t.Errorf("the user is %s", *who.Arn)
		}
		client := ecs.NewFromConfig(of.config)
		defined, err := client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
			Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("1024"), Memory: aws.String("2048"),
			ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app")}},
		})
		w.ok(err)
		if want := "arn:aws:ecs:us-east-1:" + of.account + ":task-definition/web:1"; *defined.TaskDefinition.TaskDefinitionArn != want {
			t.Errorf("registered %s, want %s", *defined.TaskDefinition.TaskDefinitionArn, want)
		}
		w.ok(makeCluster(t, of.config, "shop"))
		for n := range 2 { // each account has one vCPU
			out, err := client.RunTask(t.Context(), &ecs.RunTaskInput{
				Cluster: aws.String("shop"), TaskDefinition: aws.String("web"), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
			})
			w.ok(err)
			if len(out.Tasks) != 1-n {
				t.Errorf("%s: call %d has started %d tasks", of.account, n, len(out.Tasks))
			}
		}
		list, err := client.ListClusters(t.Context(), &ecs.ListClustersInput{})
		w.ok(err)
		for _, c := range list.ClusterArns {
			if !strings.Contains(c, ":"+of.account+":") {
				t.Errorf("%s lists %s", of.account, c)
			}
		}
	}
	_, err := iam.NewFromConfig(w.root).DeleteUserPolicy(t.Context(), &iam.DeleteUserPolicyInput{UserName: aws.String("dev"), PolicyName: aws.String("own")})
	w.ok(err)
	denies(t, makeCluster(t, w.dev, "bank"), "arn:aws:iam::000000000000:user/dev is not authorized")
	w.ok(makeCluster(t, w.otherDev, "bank"))
	_, err = ecs.NewFromConfig(w.root).PutAccountSettingDefault(t.Context(), &ecs.PutAccountSettingDefaultInput{Name: types.SettingNameContainerInsights, Value: aws.String("enabled")})
	w.ok(err)
	for config, want := range map[*aws.Config]string{&w.root: "enabled", &w.otherDev: "disabled"} {
		out, err := ecs.NewFromConfig(*config).ListAccountSettings(t.Context(), &ecs.ListAccountSettingsInput{Name: types.SettingNameContainerInsights, EffectiveSettings: true})
		w.ok(err)
		if len(out.Settings) != 1 || *out.Settings[0].Value != want {
			t.Errorf("settings are %+v, want %s", out.Settings, want)
		}
	}
}

// TestAnARNOfAnotherAccount is refused (AC10), whether there is such a resource or not: a caller learns nothing of the other
// account.
func TestAnARNOfAnotherAccount(t *testing.T) {
	w := startAccounts(t, emulator.Options{})
	definition := w.register("web", "app")
	task := w.runTask(definition)
	const at = "arn:aws:ecs:us-east-1:000000000000:"
	client := ecs.NewFromConfig(w.otherDev)
	_, err := client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), Memory: aws.Int32(64)}},
	})
	w.ok(err)
	w.ok(makeCluster(t, w.otherDev, "default"))
	for _, name := range []string{"default", "no-such-cluster"} {
		cluster, service := aws.String(at+"cluster/"+name), at+"service/"+name+"/web"
		id := strings.Replace(task, "task/default/", "task/"+name+"/", 1)
		for _, c := range []struct {
			action, resource string
			call             func(context.Context) error
		}{
			{"DescribeClusters", *cluster, func(ctx context.Context) error {
				_, err := client.DescribeClusters(ctx, &ecs.DescribeClustersInput{Clusters: []string{*cluster}})
				return err
			}},
			{"DeleteCluster", *cluster, func(ctx context.Context) error {
				_, err := client.DeleteCluster(ctx, &ecs.DeleteClusterInput{Cluster: cluster})
				return err
			}},
			{"ListContainerInstances", *cluster, func(ctx context.Context) error {
				_, err := client.ListContainerInstances(ctx, &ecs.ListContainerInstancesInput{Cluster: cluster})
				return err
			}},
			{"DescribeTasks", id, func(ctx context.Context) error {
				_, err := client.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: cluster, Tasks: []string{id}})
				return err
			}},
			{"StopTask", id, func(ctx context.Context) error {
				_, err := client.StopTask(ctx, &ecs.StopTaskInput{Cluster: cluster, Task: &id})
				return err
			}},
			{"DescribeServices", service, func(ctx context.Context) error {
				_, err := client.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: cluster, Services: []string{"web"}})
				return err
			}},
			{"UpdateService", service, func(ctx context.Context) error {
				_, err := client.UpdateService(ctx, &ecs.UpdateServiceInput{Cluster: cluster, Service: aws.String("web")})
				return err
			}},
			{"RunTask", definition, func(ctx context.Context) error {
				_, err := client.RunTask(ctx, &ecs.RunTaskInput{TaskDefinition: &definition})
				return err
			}},
			// These ask for the own definition, or for any resource.
			{"RunTask", *cluster, func(ctx context.Context) error {
				_, err := client.RunTask(ctx, &ecs.RunTaskInput{Cluster: cluster, TaskDefinition: aws.String("web"), LaunchType: types.LaunchTypeEc2})
				return err
			}},
			{"ListTasks", *cluster, func(ctx context.Context) error {
				_, err := client.ListTasks(ctx, &ecs.ListTasksInput{Cluster: cluster})
				return err
			}},
			{"ListServices", *cluster, func(ctx context.Context) error {
				_, err := client.ListServices(ctx, &ecs.ListServicesInput{Cluster: cluster})
				return err
			}},
			{"CreateService", definition, func(ctx context.Context) error {
				_, err := client.CreateService(ctx, &ecs.CreateServiceInput{ServiceName: aws.String("web"), TaskDefinition: &definition})
				return err
			}},
			{"UpdateService", definition, func(ctx context.Context) error {
				_, err := client.UpdateService(ctx, &ecs.UpdateServiceInput{Service: aws.String("web"), TaskDefinition: &definition})
				return err
			}},
			{"DescribeTaskDefinition", definition, func(ctx context.Context) error {
				_, err := client.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: &definition})
				return err
			}},
			{"DeregisterTaskDefinition", definition + "0", func(ctx context.Context) error {
				_, err := client.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String(definition + "0")})
				return err
			}},
			{"TagResource", *cluster, func(ctx context.Context) error {
				_, err := client.TagResource(ctx, &ecs.TagResourceInput{ResourceArn: cluster, Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}})
				return err
			}},
			{"ListTagsForResource", id, func(ctx context.Context) error {
				_, err := client.ListTagsForResource(ctx, &ecs.ListTagsForResourceInput{ResourceArn: &id})
				return err
			}},
			{"ExecuteCommand", id, func(ctx context.Context) error {
				_, err := client.ExecuteCommand(ctx, &ecs.ExecuteCommandInput{Cluster: cluster, Task: &id, Command: aws.String("true"), Interactive: true})
				return err
			}},
		} {
			denies(t, c.call(t.Context()), lacks("ecs:"+c.action, c.resource, "resource-based"))
		}
	}
	if got := w.task(task); *got.DesiredStatus != "RUNNING" {
		t.Errorf("the task is to be %s", *got.DesiredStatus)
	}
}

// TestResourcePoliciesAcrossAccounts let another account in, if the policies of its own user do, too (AC31).
func TestResourcePoliciesAcrossAccounts(t *testing.T) {
	w := startAccounts(t, emulator.Options{})
	narrow := w.user(w.otherRoot, "narrow", strings.Replace(everything, `"Action":"*"`, `"Action":"ecs:*"`, 1))
	narrowARN := "arn:aws:iam::" + otherAccount + ":user/narrow"
	for _, c := range w.acrossAccounts() {
		t.Run(c.name, func(t *testing.T) {
			denies(t, c.call(w.otherDev), lacks(c.action, c.resource, "resource-based"))
			w.ok(c.allow(strings.ReplaceAll(`{"Version":"2012-10-17","Statement":[{"Sid":"other","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::`+
				otherAccount+`:root"},"Action":"ACTION"RESOURCE}]}`, "ACTION", c.action)))
			w.ok(c.call(w.otherDev))
			denies(t, c.call(narrow), "User: "+narrowARN+" is not authorized to perform: "+c.action+" on resource: "+c.resource+
				" because no identity-based policy allows the "+c.action+" action")
		})
	}
}

// acrossCase is a resource of the first account that the other one may use with a policy of it.
type acrossCase struct {
	name, action, resource string
	allow                  func(policy string) error // in which RESOURCE is where a policy of that service names its resources
	call                   func(aws.Config) error
}

func (w *accounts) acrossAccounts() []acrossCase {
	w.Helper()
	secret, err := secretsmanager.NewFromConfig(w.root).CreateSecret(w.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String("db"), SecretString: aws.String("hunter2"), KmsKeyId: aws.String("alias/shared"), // the default key is no other account's (AC76)
	})
	w.ok(err)
	_, err = ecr.NewFromConfig(w.root).CreateRepository(w.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String("app")})
	w.ok(err)
	_, err = cloudwatchlogs.NewFromConfig(w.root).CreateLogGroup(w.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("shop")})
	w.ok(err)
	const bus, group = "arn:aws:events:us-east-1:000000000000:event-bus/default", "arn:aws:logs:us-east-1:000000000000:log-group:shop"
	everywhere := func(policy, resource string) string {
		return strings.Replace(policy, "RESOURCE", `,"Resource":"`+resource+`"`, 1)
	}
	return []acrossCase{
		{"secret", "secretsmanager:GetSecretValue", *secret.ARN, func(policy string) error {
			policy = everywhere(policy, "*")
			_, err := secretsmanager.NewFromConfig(w.root).PutResourcePolicy(w.Context(), &secretsmanager.PutResourcePolicyInput{SecretId: aws.String("db"), ResourcePolicy: &policy})
			return err
		}, func(c aws.Config) error {
			_, err := secretsmanager.NewFromConfig(c).GetSecretValue(w.Context(), &secretsmanager.GetSecretValueInput{SecretId: secret.ARN})
			return err
		}},
		{"event bus", "events:PutEvents", bus, func(policy string) error {
			policy = everywhere(policy, bus)
			_, err := eventbridge.NewFromConfig(w.root).PutPermission(w.Context(), &eventbridge.PutPermissionInput{Policy: &policy})
			return err
		}, func(c aws.Config) error {
			_, err := eventbridge.NewFromConfig(c).PutEvents(w.Context(), &eventbridge.PutEventsInput{Entries: []ebtypes.PutEventsRequestEntry{
				{EventBusName: aws.String(bus), Source: aws.String("shop"), DetailType: aws.String("Order"), Detail: aws.String("{}")},
			}})
			return err
		}},
		{"repository", "ecr:DescribeImages", "arn:aws:ecr:us-east-1:000000000000:repository/app", func(policy string) error {
			policy = strings.Replace(policy, "RESOURCE", "", 1)
			_, err := ecr.NewFromConfig(w.root).SetRepositoryPolicy(w.Context(), &ecr.SetRepositoryPolicyInput{RepositoryName: aws.String("app"), PolicyText: &policy})
			return err
		}, func(c aws.Config) error {
			_, err := ecr.NewFromConfig(c).DescribeImages(w.Context(), &ecr.DescribeImagesInput{RegistryId: aws.String("000000000000"), RepositoryName: aws.String("app")})
			return err
		}},
		{"log group", "logs:FilterLogEvents", group + ":log-stream:", func(policy string) error {
			policy = everywhere(policy, group+":*")
			_, err := cloudwatchlogs.NewFromConfig(w.root).PutResourcePolicy(w.Context(), &cloudwatchlogs.PutResourcePolicyInput{PolicyName: aws.String("other"), PolicyDocument: &policy})
			return err
		}, func(c aws.Config) error {
			_, err := cloudwatchlogs.NewFromConfig(c).FilterLogEvents(w.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupIdentifier: aws.String(group)})
			return err
		}},
	}
}

// TestARoleOfAnotherAccount needs its trust and a policy of the caller (AC31), and acts in its own account.
func TestARoleOfAnotherAccount(t *testing.T) {
	w := startAccounts(t, emulator.Options{})
	w.sharedRoles()
	narrow := w.user(w.otherRoot, "narrow", strings.Replace(everything, `"Action":"*"`, `"Action":"ecs:*"`, 1))
	role := "arn:aws:iam::000000000000:role/shared"
	assume := func(c aws.Config, role string) (*sts.AssumeRoleOutput, error) {
		return sts.NewFromConfig(c).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("other")})
	}
	for _, c := range []struct {
		as         aws.Config
		user, role string
	}{{narrow, "narrow", role}, {w.otherDev, "dev", "arn:aws:iam::000000000000:role/closed"}, {w.otherDev, "dev", "arn:aws:iam::000000000000:role/no-such-role"}} {
		_, err := assume(c.as, c.role)
		denies(t, err, "AccessDenied: User: arn:aws:iam::"+otherAccount+":user/"+c.user+" is not authorized to perform: sts:AssumeRole on resource: "+c.role)
	}
	got, err := assume(w.otherDev, role)
	w.ok(err)
	session := w.root
	session.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: *got.Credentials.AccessKeyId, SecretAccessKey: *got.Credentials.SecretAccessKey, SessionToken: *got.Credentials.SessionToken}, nil
	})
	w.ok(makeCluster(t, session, "shop"))
	found, err := ecs.NewFromConfig(w.root).DescribeClusters(t.Context(), &ecs.DescribeClustersInput{Clusters: []string{"shop"}})
	w.ok(err)
	if len(found.Clusters) != 1 {
		t.Error("the cluster is not in the account of the role")
	}
	_, err = ssm.NewFromConfig(session).GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("arn:aws:ssm:us-east-1:" + otherAccount + ":parameter/x")})
	denies(t, err, "User: arn:aws:sts::000000000000:assumed-role/shared/other is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:us-east-1:"+otherAccount+":parameter/x")
}

// sharedRoles makes the roles shared, which trusts the other account and may do everything, and closed, which trusts the own account.
func (w *accounts) sharedRoles() {
	w.Helper()
	client := iam.NewFromConfig(w.root)
	for name, account := range map[string]string{"shared": otherAccount, "closed": "000000000000"} {
		trusts := strings.Replace(anyone, `"*"`, `"`+account+`"`, 1)
		_, err := client.CreateRole(w.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trusts})
		w.ok(err)
		_, err = client.PutRolePolicy(w.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("own"), PolicyDocument: aws.String(everything)})
		w.ok(err)
	}
}
