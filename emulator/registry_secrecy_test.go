package emulator_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// keeping is an HTTP client that keeps all answers.
type keeping struct{ answers lockedBuffer }

func (k *keeping) Do(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	answer.Body = io.NopCloser(bytes.NewReader(body))
	_, _ = k.answers.Write(body)
	return answer, err
}

// commandLines writes the command lines of all processes.
func commandLines(to io.Writer) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		line, _ := os.ReadFile(file) // but for one that has ended
		_, _ = to.Write(append(line, '\n'))
	}
}

func login(username, password string) string {
	text, _ := json.Marshal(map[string]string{"username": username, "password": password})
	return string(text)
}

// The registries' refusals tell which login and which token they got, and so does the engine.
func TestDockerTellsNoLoginOfARegistry(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	const username = "robot"
	word := rand.Text() // which no other process has in its command line
	right, wrong := word+`-"right" & more`, word+`-"wrong" & more`
	tokens := dockertest.NewTokenRegistry(t, username, right)
	registries := map[string]*dockertest.Registry{"Basic": dockertest.NewRegistry(t, username, right), "tokens": tokens}
	images := map[string]string{}
	var log, delivered, processes lockedBuffer
	for kind, registry := range registries {
		images[kind], registry.Asked = registry.Image(t), func() { commandLines(&processes) }
	}
	ecsAnswers := &keeping{}
	w := start(t, emulator.Options{
		Engine: "docker", PullBehavior: emulator.PullAlways,
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		EventTargetFuncs: map[string]emulator.EventTargetFunc{eventTarget: func(_ context.Context, body []byte) error {
			_, err := delivered.Write(body)
			return err
		}},
	})
	config := w.srv.Config()
	config.HTTPClient = ecsAnswers
	w.client = ecs.NewFromConfig(config)
	w.rule("tasks", `{"source":["aws.ecs"]}`, ebtypes.Target{Arn: aws.String(eventTarget)})
	w.createSecret("right", login(username, right))
	w.createSecret("wrong", login(username, wrong))

	secret := []string{right, wrong, word}
	for _, password := range []string{right, wrong} {
		secret = append(secret, base64.StdEncoding.EncodeToString([]byte(username+":"+password)))
	}
	for kind, image := range images {
		task := w.ended(w.registerPrivate(image, "right"))
		if got := aws.ToString(task.StoppedReason); !strings.HasPrefix(got, "CannotStartContainerError: ") {
			t.Errorf("%s: with the login it ends with %s", kind, got)
		}
		definition := w.registerPrivate(image, "wrong")
		task = w.ended(definition)
		if got := aws.ToString(task.StoppedReason); !strings.Contains(got, "unauthorized: ") || !strings.Contains(got, "***") {
			t.Errorf("%s: with a wrong password it ends with %s", kind, got)
		}
		_, err := w.client.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: &definition})
		w.must(err)
		w.eventually("the end is delivered", func() bool {
			return strings.Contains(delivered.String(), fmt.Sprintf(`"stoppedReason":%q`, *task.StoppedReason))
		})
	}
	told := map[string]string{
		"the log": log.String(), "answers of ECS": ecsAnswers.answers.String(),
		"events that are delivered": delivered.String(), "processes": processes.String(),
	}
	for _, page := range []string{"events", "overview", "activity", "deliveries", "tasks"} {
		told[page] = w.page("/_emulator/" + page)
	}
	if runtime.GOOS != "linux" {
		delete(told, "processes")
	} else if !strings.Contains(told["processes"], os.Args[0]) {
		t.Errorf("processes: %s", told["processes"])
	}
	given := tokens.Tokens()
	if len(given) == 0 {
		t.Error("no token was given out")
	}
	for what, text := range told {
		if text == "" {
			t.Errorf("%s: nothing is told", what)
		}
		for _, s := range append(secret, given...) {
			if strings.Contains(text, s) {
				t.Errorf("%s tell %s:\n%s", what, s, text)
			}
		}
	}
}

// page is what the endpoint answers to GET.
func (w *world) page(path string) string {
	w.Helper()
	answer, err := http.Get(w.srv.URL() + path)
	w.must(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	w.must(err)
	if answer.StatusCode != http.StatusOK {
		w.Errorf("%s: %s", path, answer.Status)
	}
	return string(body)
}
