package emulator_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const (
	anyone = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
	// oneCluster lets its user see one cluster, and make it.
	oneCluster = `{"Version":"2012-10-17","Statement":[{"Sid":"Own","Effect":"Allow","Action":["ecs:DescribeClusters","ecs:CreateCluster"],
		"Resource":"arn:aws:ecs:us-east-1:000000000000:cluster/dev"}]}`
)

// principals makes the user dev and the role deploy, which may see and make the cluster dev.
func (w *world) principals() {
	w.Helper()
	client := iam.NewFromConfig(w.srv.Config())
	_, err := client.CreateUser(w.Context(), &iam.CreateUserInput{UserName: aws.String("dev")})
	w.ok(err)
	_, err = client.PutUserPolicy(w.Context(), &iam.PutUserPolicyInput{UserName: aws.String("dev"), PolicyName: aws.String("own"), PolicyDocument: aws.String(oneCluster)})
	w.ok(err)
	_, err = client.CreateRole(w.Context(), &iam.CreateRoleInput{RoleName: aws.String("deploy"), AssumeRolePolicyDocument: aws.String(anyone)})
	w.ok(err)
	_, err = client.PutRolePolicy(w.Context(), &iam.PutRolePolicyInput{RoleName: aws.String("deploy"), PolicyName: aws.String("own"), PolicyDocument: aws.String(oneCluster)})
	w.ok(err)
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func makeCluster(t *testing.T, config aws.Config, name string) error {
	_, err := ecs.NewFromConfig(config).CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: &name})
	return err
}

// denies checks the refusal of a call.
func denies(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func withKeys(config aws.Config, id, secret string) aws.Config {
	config.Credentials = credentials.NewStaticCredentialsProvider(id, secret, "")
	return config
}

// TestPoliciesDecideWhatCallersMayDo: each principal has its clients.
func TestPoliciesDecideWhatCallersMayDo(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{IAM: emulator.AccessEnforce, InProcess: true})
	w.principals()
	for as, arn := range map[string]string{
		"user/dev": "arn:aws:iam::000000000000:user/dev", "role/deploy": "arn:aws:sts::000000000000:assumed-role/deploy/ecs-emulator",
	} {
		w.ok(makeCluster(t, w.srv.As(as), "dev"))
		denies(t, makeCluster(t, w.srv.As(as), "prod"), "AccessDeniedException: User: "+arn+" is not authorized to perform: ecs:CreateCluster on resource: "+
			"arn:aws:ecs:us-east-1:000000000000:cluster/prod because no identity-based policy allows the ecs:CreateCluster action")
	}
	w.ok(makeCluster(t, w.srv.Config(), "prod"))
	denies(t, makeCluster(t, w.srv.As("user/stranger"), "prod"), "there is no user or role arn:aws:iam::000000000000:user/stranger")
	for _, id := range []string{"test", "000000000000", "123456789012", "AKIAIOSFODNN7EXAMPLE"} {
		denies(t, makeCluster(t, withKeys(w.srv.Config(), id, "secret"), "prod"), "UnrecognizedClientException: The security token included in the request is invalid.")
	}
	root, err := w.srv.Config().Credentials.Retrieve(t.Context())
	w.ok(err)
	denies(t, makeCluster(t, withKeys(w.srv.Config(), root.AccessKeyID, "another"), "prod"), "InvalidSignatureException: The request signature we calculated does not match")

	denied := w.srv.Access(emulator.AccessFilter{Denied: true, Principal: "arn:aws:iam::000000000000:role/deploy", Action: "ecs:CreateCluster"})
	if len(denied) != 1 || !denied[0].Enforced || denied[0].Layer != "identity" {
		t.Errorf("decisions are %+v", denied)
	}
}

// TestAProgramIsTriedAsAPrincipal: keys that were not issued here act as it.
func TestAProgramIsTriedAsAPrincipal(t *testing.T) {
	t.Parallel()
	const caller = "arn:aws:iam::000000000000:role/deploy"
	for _, mode := range []emulator.AccessMode{emulator.AccessLog, emulator.AccessEnforce} {
		w := start(t, emulator.Options{IAM: mode, Caller: caller, InProcess: true})
		w.principals() // as root, whose keys are issued
		test := withKeys(w.srv.Config(), "test", "test")
		w.ok(makeCluster(t, test, "dev"))
		err := makeCluster(t, test, "prod")
		if mode == emulator.AccessLog {
			w.ok(err)
		} else {
			denies(t, err, "User: arn:aws:sts::000000000000:assumed-role/deploy/ecs-emulator is not authorized to perform: ecs:CreateCluster")
		}
		denied := w.srv.Access(emulator.AccessFilter{Denied: true, Principal: caller, Action: "ecs:CreateCluster"})
		if len(denied) != 1 || denied[0].Enforced != (mode == emulator.AccessEnforce) {
			t.Errorf("%s: decisions are %+v", mode, denied)
		}
	}
}

// TestACallerThatDoesNotExistIsNotRoot: what it does is let through in mode log, and told, also with keys that it asks for.
func TestACallerThatDoesNotExistIsNotRoot(t *testing.T) {
	t.Parallel()
	const ghost = "arn:aws:iam::000000000000:user/ghost"
	var log lockedBuffer
	w := start(t, emulator.Options{IAM: emulator.AccessLog, Caller: ghost, InProcess: true, Log: slog.New(slog.NewTextHandler(&log, nil))})
	test := withKeys(w.srv.Config(), "test", "test")
	given, err := sts.NewFromConfig(test).GetSessionToken(t.Context(), nil)
	w.ok(err)
	test.Credentials = credentials.NewStaticCredentialsProvider(*given.Credentials.AccessKeyId, *given.Credentials.SecretAccessKey, *given.Credentials.SessionToken)
	me, err := sts.NewFromConfig(test).GetCallerIdentity(t.Context(), nil)
	w.ok(err)
	if *me.Arn != ghost {
		t.Errorf("the session is of %s", *me.Arn)
	}
	w.ok(makeCluster(t, test, "prod"))
	if denied := w.srv.Access(emulator.AccessFilter{Denied: true, Principal: ghost, Action: "ecs:CreateCluster"}); len(denied) != 1 {
		t.Errorf("decisions are %+v", w.srv.Access(emulator.AccessFilter{}))
	}
	if n := strings.Count(log.String(), "does not exist, so no policy allows it anything"); n != 1 {
		t.Errorf("the log tells of it %d times: %s", n, log.String())
	}
}

// TestTheUseOfAKeyIsSeenWhenItsSignatureIsGood: a guess at its secret is no use of it.
func TestTheUseOfAKeyIsSeenWhenItsSignatureIsGood(t *testing.T) {
	t.Parallel()
	for _, mode := range []emulator.AccessMode{emulator.AccessLog, emulator.AccessEnforce} {
		w := start(t, emulator.Options{IAM: mode, InProcess: true})
		w.principals()
		client := iam.NewFromConfig(w.srv.Config())
		key, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("dev")})
		w.ok(err)
		for _, secret := range []string{"another", *key.AccessKey.SecretAccessKey} {
			_ = makeCluster(t, withKeys(w.srv.Config(), *key.AccessKey.AccessKeyId, secret), "dev") // refused or let through
			last, err := client.GetAccessKeyLastUsed(t.Context(), &iam.GetAccessKeyLastUsedInput{AccessKeyId: key.AccessKey.AccessKeyId})
			w.ok(err)
			if used := *last.AccessKeyLastUsed.ServiceName == "ecs"; used != (secret != "another") {
				t.Errorf("%s: with the secret %s the last use is %s", mode, secret, *last.AccessKeyLastUsed.ServiceName)
			}
		}
	}
}

// TestRootCredentials are in a file, the same after a restart and a reset.
func TestRootCredentials(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "keys")
	options := emulator.Options{
		IAM: emulator.AccessEnforce, DataDir: filepath.Join(dir, "data"), RootCredentials: file, Accounts: []string{"111122223333"}, InProcess: true,
	}
	first := start(t, options)
	written, err := os.ReadFile(file)
	first.ok(err)
	if found, err := os.Stat(file); err != nil || found.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", found.Mode(), err)
	}
	for _, profile := range []string{"[default]", "[000000000000]", "[111122223333]"} {
		if !bytes.Contains(written, []byte(profile)) {
			t.Errorf("the file has no %s", profile)
		}
	}
	first.principals()
	first.ok(first.srv.Reset())
	first.ok(makeCluster(t, first.srv.Config(), "prod"))
	denies(t, makeCluster(t, first.srv.As("user/dev"), "dev"), "there is no user or role")
	first.principals()
	first.ok(first.srv.Close())

	second := start(t, options)
	again, err := os.ReadFile(file)
	second.ok(err)
	if !bytes.Equal(written, again) {
		t.Error("the keys are other ones after a restart")
	}
	second.ok(makeCluster(t, second.srv.As("user/dev"), "dev"))

	lines := strings.Split(string(written), "\n")
	at := slices.Index(lines, "[111122223333]")
	_, id, _ := strings.Cut(lines[at+1], " = ")
	_, secret, _ := strings.Cut(lines[at+2], " = ")
	other, err := ecs.NewFromConfig(withKeys(second.srv.Config(), id, secret)).CreateCluster(t.Context(), &ecs.CreateClusterInput{})
	second.ok(err)
	if want := "arn:aws:ecs:us-east-1:111122223333:cluster/default"; *other.Cluster.ClusterArn != want {
		t.Errorf("made %s, want %s", *other.Cluster.ClusterArn, want)
	}
}

func TestOptionsOfAccessAreChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		options emulator.Options
		want    string
	}{
		{emulator.Options{IAM: "strict"}, `"strict" is no mode of access: use off, log or enforce`},
		{emulator.Options{Caller: "arn:aws:iam::000000000000:role/deploy"}, "has no effect without the mode log or enforce"},
		{emulator.Options{IAM: emulator.AccessLog, Caller: "deploy"}, `the caller "deploy" is no ARN of a user or role`},
		{emulator.Options{IAM: emulator.AccessLog, Accounts: []string{"12"}}, `"12" is not an account id: use twelve digits`},
	} {
		srv, err := emulator.New(c.options)
		if err == nil {
			srv.Close()
		}
		denies(t, err, c.want)
	}
}

// TestASignatureIsOfTheKeyThatActs: a header that names two keys acts as neither.
func TestASignatureIsOfTheKeyThatActs(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{IAM: emulator.AccessEnforce})
	w.principals()
	root, err := w.srv.Config().Credentials.Retrieve(t.Context())
	w.ok(err)
	mine, err := iam.NewFromConfig(w.srv.Config()).CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("dev")})
	w.ok(err)
	keys := aws.Credentials{AccessKeyID: *mine.AccessKey.AccessKeyId, SecretAccessKey: *mine.AccessKey.SecretAccessKey}
	const body = `{"clusterName":"prod"}`
	for _, blank := range []string{"\u00a0", "\u0085", " ", "\t", ""} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.srv.URL(), strings.NewReader(body))
		w.ok(err)
		r.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.CreateCluster")
		sum := sha256.Sum256([]byte(body))
		w.ok(v4.NewSigner().SignHTTP(t.Context(), keys, r, hex.EncodeToString(sum[:]), "ecs", "us-east-1", time.Now()))
		signed := r.Header.Get("Authorization")
		other := strings.ReplaceAll(signed[strings.Index(signed, "Credential="):strings.Index(signed, ",")], keys.AccessKeyID, root.AccessKeyID)
		r.Header.Set("Authorization", strings.Replace(signed, " Credential=", " "+blank+other+",Credential=", 1))
		answer, err := http.DefaultClient.Do(r)
		w.ok(err)
		answer.Body.Close()
		if answer.StatusCode != http.StatusBadRequest {
			t.Errorf("with %q before the root's credential the answer is %s", blank, answer.Status)
		}
	}
	for _, name := range w.clusters() {
		if name == "prod" {
			t.Error("the cluster is made")
		}
	}
}

// TestAPathMakesNoServiceLinkedRole: policies decide about a role whose path only looks like one.
func TestAPathMakesNoServiceLinkedRole(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{IAM: emulator.AccessEnforce, InProcess: true})
	_, err := iam.NewFromConfig(w.srv.Config()).CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("all"), Path: aws.String("/aws-service-role/mine/"), AssumeRolePolicyDocument: aws.String(anyone),
	})
	w.ok(err)
	denies(t, makeCluster(t, w.srv.As("role/aws-service-role/mine/all"), "prod"), "assumed-role/all/ecs-emulator is not authorized to perform: ecs:CreateCluster")
}

func (w *world) clusters() (names []string) {
	w.Helper()
	list, err := w.client.ListClusters(w.Context(), &ecs.ListClustersInput{})
	w.ok(err)
	for _, c := range list.ClusterArns {
		names = append(names, c[strings.LastIndexByte(c, '/')+1:])
	}
	return names
}
