package emulator_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/app/reference/factledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// scriptFolders are all of them.
func scriptFolders(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("../testdata/script/*")
	if err != nil || len(found) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	folders := []string{"facts"}
	for _, folder := range found {
		folders = append(folders, "script/"+filepath.Base(folder))
	}
	return folders
}

// TestScripts drives an emulator with the real aws CLI. Each script of testdata has
// an emulator of its own, at $URL, and these commands beside testscript's. Facts in
// which something takes its time run a second time, with the delays of AWS. A script whose
// name ends with strict has an emulator without conveniences, with strict_groups or
// groups_off security groups concern this host as well or nothing, one whose name ends with
// privileged permits privileged containers, with local_ports tasks have their own port numbers
// on this host, with api_from_tasks or task_role they get at the APIs, and with on_engines they run on three simulated engines, a, b
// and arm. With enforced policies are, and commands
// have the keys of the root user; with logged they are evaluated, and all calls go on. With caller_enforced commands have the keys
// test/test, which act as the role release, $ROOT and $ROOT_SECRET are the keys of the root user, and aws in shells is the CLI that
// stays loaded.
//
//	[!] ecs <args>        aws ecs <args> with that endpoint, in an AWS CLI that stays loaded
//	[!] aws <args>        the same for any service: aws iam list-roles; what a user
//	                      types is exec aws
//	until <regexp> <args> ecs <args> again and again until it prints that
//	finds <regexp> <args> aws <args> again and again until it prints that
//	says <regexp> <task> [container]
//	                      the same for the output of a container
//	[!] reach <task> [container port]
//	                      GET each port of this host that leads to the task, or to that port
//	                      of it, again and again until all answer, or with ! none does
//	[!] ask <security group> <url> [subnet]
//	                      a task in that group asks a server, http:// or udp://, which
//	                      answers, or with ! does not
//	[!] call <op> <JSON>  the request as it is on the wire, see scriptCall
//	[!] try <op> <JSON>   the same as a call with the keys $KEY and $SECRET, by the AWS CLI, or in TestPoliciesInEachClient by
//	                      boto3 and the SDK for Go
//	[!] hook <ARN> <answer>
//	                      a Lambda function answers so from now on, or with ! raises it; the
//	                      file asked has a line for each call
//	let NAME...           keep what the last command printed in a variable, or each word of it in one of several
//	advance <duration>    move the emulator's clock
//	fact <number>         begin the assertions of that fact, see testdata/facts
//
// $IMAGE can be run on either engine and behaves as testdata/app does, $MISSING
// cannot be pulled, $PORT is free on this host, images of scripts have the label script=$URL, $RANGE.0.0/16 is a range that no network has, and $NETWORK
// a network configuration. $ALLOWED is a folder of the
// engine's host that tasks may mount, $SHARED a volume of no other script, $FILESYSTEM an id
// of a file system that is one, and fs-0folder is the folder $ALLOWED/exports. What is true
// of real containers only begins with [docker]; dockerMark says which scripts run on Docker. Files below s3/ are objects in buckets.
func TestScripts(t *testing.T) {
	t.Parallel()
	requireCLI(t)
	bin, cli := buildEmulator(t), startCLI(t)
	simulated := scene{bin: bin, cli: cli, image: "ecs-emulator/test-app:sim"}
	t.Run("sim", func(t *testing.T) {
		t.Parallel()
		s := simulated.countFacts(t)
		recorded, facts := s.recordFacts(t)
		for _, folder := range scriptFolders(t) {
			t.Run(filepath.Base(folder), func(t *testing.T) {
				t.Parallel()
				if folder == "facts" {
					recorded.run(t, testscript.Params{Files: facts})
					return
				}
				called := s
				called.called = true
				called.run(t, testscript.Params{Files: withCalled(t, filepath.Join("..", "testdata", filepath.FromSlash(folder)))})
			})
		}
	})
	t.Run("delays", func(t *testing.T) {
		t.Parallel()
		s := simulated.countFacts(t)
		s.opts = emulator.Options{AWSDelays: true, Speed: 20}
		s.run(t, testscript.Params{Files: timedFacts(t)})
	})
	t.Run("docker", func(t *testing.T) {
		t.Parallel()
		runOnDocker(t, scene{bin: bin, cli: cli, image: dockertest.Image(t), opts: emulator.Options{Engine: "docker"}})
	})
	t.Run("docker without plain HTTP to the endpoint", func(t *testing.T) {
		t.Parallel()
		testall.Only(t, "the other scripts on Docker")
		opts := emulator.Options{Engine: "docker", Listen: anotherAddress(t) + ":0"}
		scene{bin: bin, cli: cli, image: dockertest.Image(t), opts: opts}.run(t, testscript.Params{Files: []string{"../testdata/script/ecr/release.txtar"}})
	})
}

// scene is what scripts find.
type scene struct {
	opts   emulator.Options
	bin    string // the folder of the ecs-emulator program
	cli    awsCLI
	image  string
	facts  *factsReached // nil where no script has facts
	ledger *ledgerRun    // nil where none is kept of them
	client ecsClient     // which tries; nil for the CLI
	called bool          // scripts end with lines of withCalled
}

// countFacts is the scene for scripts that have to come to all of their facts by the end of t.
func (s scene) countFacts(t *testing.T) scene {
	s.facts = &factsReached{}
	t.Cleanup(func() { s.facts.check(t) })
	return s
}

// run runs the scripts that p names.
func (s scene) run(t *testing.T, p testscript.Params) {
	p.Setup = func(env *testscript.Env) error { return s.start(t, env) }
	p.Condition = func(condition string) (bool, error) {
		if condition != "docker" {
			return false, fmt.Errorf("unknown condition %s", condition)
		}
		return s.opts.Engine == condition, nil
	}
	p.Cmds, p.RequireUniqueNames = scriptCommands, true
	testscript.Run(t, p)
}

func isFolder(path string) bool {
	found, err := os.Stat(path)
	return err == nil && found.IsDir()
}

// start starts the script's emulator. Its log shows when the script fails.
func (s scene) start(t *testing.T, env *testscript.Env) error {
	var log lockedBuffer
	opts := withoutWarm(s.opts)
	opts.Strict = strings.HasSuffix(env.WorkDir, "strict")
	switch {
	case strings.HasSuffix(env.WorkDir, "strict_groups"):
		opts.SecurityGroups = emulator.SecurityGroupsStrict
	case strings.HasSuffix(env.WorkDir, "groups_off"):
		opts.SecurityGroups = emulator.SecurityGroupsOff
	}
	s.setVolumes(t, env, &opts)
	opts.LocalPorts = strings.HasSuffix(env.WorkDir, "local_ports")
	opts.InjectEndpoint = strings.HasSuffix(strings.TrimSuffix(env.WorkDir, "_enforced"), "task_role") || strings.HasSuffix(env.WorkDir, "api_from_tasks")
	if strings.HasSuffix(env.WorkDir, "on_engines") {
		opts.Engine = "a=sim:4:8GiB,b=sim:4:8GiB,arm=sim:4:8GiB:arm64"
	}
	opts.AllowPrivileged = strings.HasSuffix(env.WorkDir, "privileged")
	switch {
	case strings.HasSuffix(env.WorkDir, "enforced"):
		opts.IAM = emulator.AccessEnforce
		if strings.HasSuffix(env.WorkDir, "caller_enforced") {
			opts.Caller = "arn:aws:iam::000000000000:role/release"
		}
	case strings.HasSuffix(env.WorkDir, "logged"):
		opts.IAM = emulator.AccessLog
	}
	if s3 := filepath.Join(env.WorkDir, "s3"); isFolder(s3) {
		opts.S3Dir = s3
	}
	opts.Log = slog.New(slog.NewTextHandler(&log, nil))
	r := s.record(strings.TrimPrefix(filepath.Base(env.WorkDir), "script-"))
	if r != nil {
		opts = emulator.WithHandler(opts, r.wrap)
		env.Values[recorderKey{}], env.Values[ledgerKey{}] = r, s.ledger
	}
	if s.called {
		notes := &callNotes{came: map[string]bool{}}
		opts = emulator.WithHandler(opts, notes.wrap)
		env.Values[callNotesKey{}] = notes
	}
	srv, err := emulator.New(opts)
	if err != nil {
		return err
	}
	env.Defer(func() {
		checkDefinitions(t, srv, opts)
		leavesNoOrphan(t, srv)
		if err := srv.Close(); err != nil {
			t.Errorf("close the emulator of a script: %v", err)
		}
		s.removeImages(t, srv.URL())
		env.T().Log("log of the emulator:\n" + log.String())
	})
	env.Values[emulatorKey{}], env.Values[cliKey{}], env.Values[factsKey{}], env.Values[clientKey{}] = srv, s.cli, s.facts, s.client
	if s.opts.Engine == "docker" {
		env.Values[dockerKey{}], env.Values[askersKey{}] = dockertest.Client(t), map[string]asker{}
		env.Setenv("DOCKER_HOST", dockertest.Host(t))
	}
	for _, variable := range cliEnvironment() {
		name, value, _ := strings.Cut(variable, "=")
		env.Setenv(name, value)
	}
	if opts.IAM == emulator.AccessEnforce {
		root, err := srv.Config().Credentials.Retrieve(t.Context())
		if err != nil {
			return err
		}
		env.Setenv("ROOT", root.AccessKeyID)
		env.Setenv("ROOT_SECRET", root.SecretAccessKey)
		if opts.Caller == "" {
			env.Setenv("AWS_ACCESS_KEY_ID", root.AccessKeyID)
			env.Setenv("AWS_SECRET_ACCESS_KEY", root.SecretAccessKey)
		}
	}
	env.Setenv("URL", srv.URL())
	env.Setenv("ADDRESS", strings.TrimPrefix(srv.URL(), "http://"))
	env.Setenv("IMAGE", s.image)
	env.Setenv("PORT", freePort(t))
	env.Setenv("RANGE", freeRange(t, s.opts.Engine == "docker"))
	env.Setenv("MISSING", "127.0.0.1:1/missing:1")
	env.Setenv("NETWORK", "awsvpcConfiguration={subnets=[subnet-0ec5e3a1a70000001]}")
	path := os.Getenv("PATH")
	if opts.Caller != "" {
		path = s.cli.path(t)
	}
	env.Setenv("PATH", s.bin+string(os.PathListSeparator)+path)
	return nil
}

type (
	emulatorKey struct{}
	cliKey      struct{}
	factsKey    struct{}
)

var scriptCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"ecs": func(ts *testscript.TestScript, neg bool, args []string) {
		scriptAWS(ts, neg, append([]string{"ecs"}, args...))
	},
	"aws":     scriptAWS,
	"until":   scriptUntil,
	"finds":   scriptFinds,
	"says":    scriptSays,
	"call":    scriptCall,
	"answers": scriptAnswers,
	"try":     scriptTry,
	"reach":   scriptReach,
	"ask":     scriptAsk,
	"send":    scriptSend,
	"fact":    scriptFact,
	"saw":     scriptSaw,
	"called":  scriptCalled,
	"hook":    scriptHook,
	"target":  scriptTarget,
	"let": func(ts *testscript.TestScript, neg bool, args []string) {
		words := []string{strings.TrimSpace(ts.ReadFile("stdout"))}
		if len(args) > 1 {
			words = strings.Fields(words[0])
		}
		if neg || len(args) == 0 || len(words) != len(args) {
			ts.Fatalf("usage: let NAME..., with as many words as names; there are %d", len(words))
		}
		for i, name := range args {
			ts.Setenv(name, words[i])
		}
	},
	"advance": func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 1 {
			ts.Fatalf("usage: advance <duration>")
		}
		d, err := time.ParseDuration(args[0])
		ts.Check(err)
		ts.Check(ts.Value(emulatorKey{}).(*emulator.Server).Clock().Advance(d))
	},
}

func scriptAWS(ts *testscript.TestScript, neg bool, args []string) {
	r := recording(ts)
	r.begin(&factledger.Step{Args: args, Refused: neg})
	answer := askAWS(ts, args...)
	answer.print(ts)
	r.end(answer.Stdout, answer.Stderr)
	if (answer.Code != 0) != neg {
		ts.Fatalf("aws %s ends with %d", strings.Join(args, " "), answer.Code)
	}
}

// askAWS runs the AWS CLI against the script's emulator.
func askAWS(ts *testscript.TestScript, args ...string) cliAnswer {
	answer, err := ts.Value(cliKey{}).(awsCLI).run(cliCommand{
		Args: append([]string{"--endpoint-url", ts.Getenv("URL"), "--output", "text"}, args...),
		Env:  scriptVariables(ts), Dir: ts.MkAbs("."),
	})
	ts.Check(err)
	return answer
}

// requireCLI skips where there is no aws CLI, or fails if
// ECS_EMULATOR_REQUIRE_CLI says that there has to be one.
func requireCLI(t *testing.T) {
	t.Helper()
	_, err := exec.LookPath("aws")
	switch {
	case err == nil:
	case os.Getenv("ECS_EMULATOR_REQUIRE_CLI") == "1":
		t.Fatal("ECS_EMULATOR_REQUIRE_CLI=1, but there is no aws CLI")
	default:
		t.Skip("no aws CLI: install it to run the scripts")
	}
}

// cliEnvironment is what a CLI or SDK needs besides the endpoint; the user's own
// configuration is kept out.
func cliEnvironment() []string {
	return []string{
		"HOME=" + os.Getenv("HOME"), "PYENV_ROOT=" + os.Getenv("PYENV_ROOT"),
		"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1",
		"AWS_DISABLE_HOST_PREFIX_INJECTION=true",
	}
}

// buildEmulator builds the program, once for all tests, and returns the folder that it lies in.
func buildEmulator(t *testing.T) string {
	t.Helper()
	dir, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

var program = sync.OnceValues(func() (string, error) {
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", programs, "../cmd/ecs-emulator")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as `make build` builds it
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build ecs-emulator: %w: %s", err, text)
	}
	return programs, nil
})

// programs is the folder of what tests build.
var programs string

func TestMain(m *testing.M) {
	var err error
	if programs, err = os.MkdirTemp("", "ecs-emulator-test"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(programs)
	os.Exit(code)
}

// lockedBuffer is a buffer for several goroutines.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
