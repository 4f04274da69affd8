package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// identities are what an emulator was asked to make, and what has been answered.
type identities struct {
	*process
	root aws.Credentials
	made []madeIdentity
}

// madeIdentity is something whose making was answered.
type madeIdentity struct {
	name  string
	check func(i *identities) error
}

func (i *identities) iam() *iam.Client {
	o := i.client.Options()
	return iam.New(iam.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: credentials.StaticCredentialsProvider{Value: i.root}, RetryMaxAttempts: 1})
}

func (i *identities) sts(keys aws.Credentials) *sts.Client {
	o := i.client.Options()
	return sts.New(sts.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: credentials.StaticCredentialsProvider{Value: keys}, RetryMaxAttempts: 1})
}

// is checks whose keys some are.
func (i *identities) is(keys aws.Credentials, want string) error {
	who, err := i.sts(keys).GetCallerIdentity(i.Context(), &sts.GetCallerIdentityInput{})
	if err == nil && *who.Arn != "arn:aws:"+want {
		return fmt.Errorf("the keys are of %s, want %s", *who.Arn, want)
	}
	return err
}

const (
	identityTrust  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}]}`
	identityPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecs:*","sts:AssumeRole"],"Resource":"*"}]}`
)

// fewAllowed are the kinds of which an account may have few (providers 100, groups 300), so a round on a fast machine would meet
// the quota.
var fewAllowed = []string{"group", "membership", "provider"}

// make makes one of each kind under a name, one after the other, until the emulator is gone. It leaves out some kinds.
func (i *identities) make(ctx context.Context, name string, without ...string) error {
	const own = "arn:aws:iam::000000000000:"
	c, policy := i.iam(), own+"policy/"+name
	var key, session aws.Credentials
	for _, step := range []struct {
		what  string
		make  func() error
		check func(i *identities) error
	}{
		{"user", func() error {
			_, err := c.CreateUser(ctx, &iam.CreateUserInput{UserName: &name})
			return err
		}, func(i *identities) error {
			_, err := i.iam().GetUser(i.Context(), &iam.GetUserInput{UserName: &name})
			return err
		}},
		{"key", func() error {
			made, err := c.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name})
			if err == nil {
				key = aws.Credentials{AccessKeyID: *made.AccessKey.AccessKeyId, SecretAccessKey: *made.AccessKey.SecretAccessKey}
			}
			return err
		}, func(i *identities) error { return i.is(key, "iam::000000000000:user/"+name) }},
		{"group", func() error {
			_, err := c.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: &name})
			return err
		}, func(i *identities) error {
			_, err := i.iam().GetGroup(i.Context(), &iam.GetGroupInput{GroupName: &name})
			return err
		}},
		{"membership", func() error {
			_, err := c.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: &name, UserName: &name})
			return err
		}, func(i *identities) error {
			list, err := i.iam().GetGroup(i.Context(), &iam.GetGroupInput{GroupName: &name})
			if err == nil && len(list.Users) != 1 {
				return fmt.Errorf("it has %d users", len(list.Users))
			}
			return err
		}},
		{"policy", func() error {
			_, err := c.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: aws.String(identityPolicy)})
			return err
		}, func(i *identities) error {
			_, err := i.iam().GetPolicyVersion(i.Context(), &iam.GetPolicyVersionInput{PolicyArn: &policy, VersionId: aws.String("v1")})
			return err
		}},
		{"attachment", func() error {
			_, err := c.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &name, PolicyArn: &policy})
			return err
		}, func(i *identities) error {
			list, err := i.iam().ListAttachedUserPolicies(i.Context(), &iam.ListAttachedUserPoliciesInput{UserName: &name})
			if err == nil && len(list.AttachedPolicies) != 1 {
				return fmt.Errorf("it has %d policies", len(list.AttachedPolicies))
			}
			return err
		}},
		{"role", func() error {
			_, err := c.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(identityTrust)})
			return err
		}, func(i *identities) error {
			_, err := i.iam().GetRole(i.Context(), &iam.GetRoleInput{RoleName: &name})
			return err
		}},
		{"session", func() error {
			got, err := i.sts(key).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(own + "role/" + name), RoleSessionName: &name})
			if err == nil {
				of := got.Credentials
				session = aws.Credentials{AccessKeyID: *of.AccessKeyId, SecretAccessKey: *of.SecretAccessKey, SessionToken: *of.SessionToken}
			}
			return err
		}, func(i *identities) error { return i.is(session, "sts::000000000000:assumed-role/"+name+"/"+name) }},
		{"provider", func() error {
			_, err := c.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{Url: aws.String("https://" + name + ".example")})
			return err
		}, func(i *identities) error {
			_, err := i.iam().GetOpenIDConnectProvider(i.Context(), &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: aws.String(own + "oidc-provider/" + name + ".example")})
			return err
		}},
	} {
		if slices.Contains(without, step.what) {
			continue
		}
		if err := step.make(); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
		i.made = append(i.made, madeIdentity{name + ": " + step.what, step.check})
	}
	return nil
}

// rootKeys are the access keys of the root user, which an emulator has written to its data directory.
func rootKeys(t *testing.T, dir string) aws.Credentials {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "root-credentials"))
	if err != nil {
		t.Fatal(err)
	}
	_, profile, _ := strings.Cut(string(text), "[default]\naws_access_key_id = ")
	id, rest, _ := strings.Cut(profile, "\naws_secret_access_key = ")
	secret, _, _ := strings.Cut(rest, "\n")
	return aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}
}

// TestIdentitiesSurviveKills: the emulator is killed while users, keys, groups, policies, roles, sessions and identity providers
// are made. What was answered is there, and keys and sessions are good.
func TestIdentitiesSurviveKills(t *testing.T) {
	t.Parallel()
	kills := 12
	if testing.Short() {
		kills = 4
	}
	dir := t.TempDir()
	args := []string{"--engine", "sim", "--data-dir", dir, "--iam", "enforce", "--log-level", "error"}
	i := &identities{process: startServe(t, args...)}
	i.root = rootKeys(t, dir)
	i.must(i.make(t.Context(), "first"))
	for n := range kills {
		ended := make(chan error)
		go func() {
			var err error
			for more := 0; err == nil; more++ {
				var without []string
				if more >= 6 {
					without = fewAllowed
				}
				err = i.make(t.Context(), fmt.Sprintf("round-%d-%d", n, more), without...)
			}
			ended <- err
		}()
		point := time.NewTimer(time.Duration(20+rand.IntN(200)) * time.Millisecond)
		select {
		case <-point.C:
		case err := <-ended:
			t.Fatal(err)
		}
		i.kill()
		<-ended
		i.process = startServe(t, args...)
		for _, made := range i.made {
			if err := made.check(i); err != nil {
				t.Errorf("after kill %d: %s: %v", n+1, made.name, err)
			}
		}
	}
	t.Logf("%d things were made, %d kills", len(i.made), kills)
}
