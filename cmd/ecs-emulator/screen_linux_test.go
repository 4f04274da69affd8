package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/creack/pty"
)

// screen is a command on a terminal, and what it has shown there.
type screen struct {
	*process
	cmd  *exec.Cmd
	user *os.File // the side of the terminal at which the user is
	read chan struct{}

	mu    sync.Mutex
	shown strings.Builder
}

// onTerminal runs the program on a terminal of that width, with or without colour.
func onTerminal(p *process, columns uint16, colour bool, args ...string) *screen {
	p.Helper()
	cmd := command(args...)
	cmd.Env = append(cmd.Env, "TERM=xterm", "TZ=UTC", "NO_COLOR="+map[bool]string{false: "1"}[colour])
	return startOnTerminal(p, columns, cmd)
}

// startOnTerminal runs a command on a terminal of that width.
func startOnTerminal(p *process, columns uint16, cmd *exec.Cmd) *screen {
	p.Helper()
	s := &screen{process: p, read: make(chan struct{})}
	user, program, err := pty.Open()
	p.must(err)
	s.user = user
	p.must(pty.Setsize(user, &pty.Winsize{Cols: columns, Rows: 50}))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true} // Ctrl-C is for it alone
	p.must(cmd.Start())
	p.must(program.Close())
	s.cmd = cmd
	go s.readAll()
	p.Cleanup(s.close)
	return s
}

// close ends the program with all that it has started: the terminal is theirs as well, and would stay open.
func (s *screen) close() {
	syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	s.user.Close()
	select {
	case <-s.read:
	case <-time.After(time.Minute):
		s.Errorf("the terminal is still open; it has shown:\n%s", s.text())
	}
}

func (s *screen) readAll() {
	defer close(s.read)
	for buffer := make([]byte, 4096); ; {
		n, err := s.user.Read(buffer)
		s.mu.Lock()
		s.shown.Write(buffer[:n])
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

var (
	timeOfDay = regexp.MustCompile(`\d\d:\d\d:\d\d`)
	shortID   = regexp.MustCompile(`[0-9a-f]{8}( of | \|)`)
	listensAt = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
)

// text is what has been shown, with what differs from run to run made alike. Escape is ␛.
func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := strings.NewReplacer("\r\r\n", "\n", "\r\n", "\n", "\x1b", "␛").Replace(s.shown.String())
	text = timeOfDay.ReplaceAllString(text, "15:04:05")
	text = listensAt.ReplaceAllString(text, "http://127.0.0.1:4577")
	return shortID.ReplaceAllString(text, "d88f6994$1")
}

// shows waits until the screen has these lines, and nothing else.
func (s *screen) shows(want string) {
	s.Helper()
	defer func() {
		if s.Failed() {
			s.Log(s.text())
		}
	}()
	lines := strings.Count(want, "\n")
	s.eventually("the screen has its lines", func() bool { return strings.Count(s.text(), "\n") >= lines })
	if got := s.text(); got != want {
		s.Errorf("the screen shows\n%swant\n%s", got, want)
	}
}

// interrupt is Ctrl-C; the exit code is returned.
func (s *screen) interrupt() int {
	s.Helper()
	_, err := s.user.Write([]byte{3})
	s.must(err)
	s.cmd.Wait()
	return s.cmd.ProcessState.ExitCode()
}

// stoppedTask runs a task and stops it.
func (p *process) stoppedTask() {
	p.Helper()
	task := p.run("app", "sleep", "3600")
	_, err := p.client.StopTask(p.Context(), &ecs.StopTaskInput{Task: task.TaskArn, Reason: aws.String("seen enough")})
	p.must(err)
	p.until(*task.TaskArn, "STOPPED")
}

const lifeOfATask = `15:04:05 task d88f6994 of web is PROVISIONING
15:04:05 task d88f6994 of web is PENDING
15:04:05 task d88f6994 of web is RUNNING at 172.31.184.4
15:04:05 task d88f6994 of web is stopping (UserInitiated)
15:04:05 task d88f6994 of web is STOPPED: UserInitiated: seen enough; exit code 143
`

const colouredLifeOfATask = `␛[2m15:04:05␛[0m ␛[2mtask d88f6994 of web is PROVISIONING␛[0m
␛[2m15:04:05␛[0m ␛[2mtask d88f6994 of web is PENDING␛[0m
␛[2m15:04:05␛[0m ␛[32mtask d88f6994 of web is RUNNING at 172.31.184.4␛[0m
␛[2m15:04:05␛[0m ␛[2mtask d88f6994 of web is stopping (UserInitiated)␛[0m
␛[2m15:04:05␛[0m task d88f6994 of web is STOPPED: UserInitiated: seen enough; exit code 143
`

// TestEventsOnATerminal shows that lines are as long as they are on each terminal, which wraps them.
func TestEventsOnATerminal(t *testing.T) {
	t.Parallel()
	p := startServe(t, "--engine", "sim")
	url := endpoint.FindStringSubmatch(p.ready)[1]
	narrow := onTerminal(p, 80, true, "events", "-f", "--endpoint", url)
	p.stoppedTask()
	narrow.shows(colouredLifeOfATask)
	onTerminal(p, 140, true, "events", "--endpoint", url).shows(colouredLifeOfATask)
	onTerminal(p, 80, false, "events", "--endpoint", url).shows(lifeOfATask)
	if code := narrow.interrupt(); code != 0 {
		t.Errorf("Ctrl-C ends it with %d", code)
	}
	json := onTerminal(p, 80, true, "events", "--json", "--endpoint", url)
	<-json.read
	piped, err := command("events", "--endpoint", url).Output()
	p.must(err)
	if got := strings.ReplaceAll(json.shown.String(), "\r\n", "\n"); got != string(piped) || !strings.HasPrefix(got, `{"sequence":1,"event":{`) {
		t.Errorf("--json shows\n%spiped are\n%s", got, piped)
	}
}

func TestLogsOfAServiceOnATerminal(t *testing.T) {
	t.Parallel()
	p := startServe(t, "--engine", "sim")
	url := endpoint.FindStringSubmatch(p.ready)[1]
	p.run("app", "sh", "-c", "echo working; sleep 3600") // registers web:1
	_, err := p.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String("web"), DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
	})
	p.must(err)
	narrow := onTerminal(p, 80, true, "logs", "web", "-f", "--endpoint", url)
	narrow.shows("␛[36md88f6994 |␛[0m working\n")
	_, err = p.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Service: aws.String("web"), DesiredCount: aws.Int32(2)})
	p.must(err)
	narrow.shows("␛[36md88f6994 |␛[0m working\n␛[33md88f6994 |␛[0m working\n")
	onTerminal(p, 140, false, "logs", "web", "--endpoint", url).shows("d88f6994 | working\nd88f6994 | working\n")
	if code := narrow.interrupt(); code != 0 {
		t.Errorf("Ctrl-C ends it with %d", code)
	}
	until := onTerminal(p, 80, false, "logs", "web", "-f", "--endpoint", url)
	until.shows("d88f6994 | working\nd88f6994 | working\n")
	_, err = p.client.DeleteService(t.Context(), &ecs.DeleteServiceInput{Service: aws.String("web"), Force: aws.Bool(true)})
	p.must(err)
	until.shows("d88f6994 | working\nd88f6994 | working\necs-emulator: service web is INACTIVE\n")
	if err := until.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

const ready = "ecs-emulator devel is ready at http://127.0.0.1:4577, engine sim 1\n"

// toCopy is what it says next to people.
const toCopy = "The console is at http://127.0.0.1:4577/_emulator/console\nIn other terminals:\nexport AWS_ENDPOINT_URL=http://127.0.0.1:4577\n" +
	"export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1\nexport AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test\n"

func TestServeOnATerminal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		columns uint16
		colour  bool
		want    string
	}{
		{80, true, "␛[1m" + strings.TrimSuffix(ready, "\n") + "␛[0m\n" + toCopy + colouredLifeOfATask +
			"␛[2m15:04:05␛[0m ␛[33mwarning: RunTask is refused with ClientException: TaskDefinition not found.␛[0m\n"},
		{140, false, ready + toCopy + lifeOfATask + "15:04:05 warning: RunTask is refused with ClientException: TaskDefinition not found.\n"},
	} {
		p := &process{T: t}
		s := onTerminal(p, c.columns, c.colour, "serve", "--listen", "127.0.0.1:0", "--engine", "sim")
		var url string
		s.eventually("it is ready", func() bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			match := endpoint.FindStringSubmatch(s.shown.String())
			if match != nil {
				url = match[1]
			}
			return match != nil
		})
		p.client = ecs.New(ecs.Options{
			Region: "us-east-1", BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		})
		p.stoppedTask()
		s.eventually("the task's end is shown", func() bool { return strings.Contains(s.text(), "is STOPPED") })
		_, err := p.client.RunTask(t.Context(), &ecs.RunTaskInput{TaskDefinition: aws.String("nope")})
		if err == nil {
			t.Error("RunTask succeeds")
		}
		s.shows(c.want)
		if code := s.interrupt(); code != 0 {
			t.Errorf("Ctrl-C ends it with %d:\n%s", code, s.text())
		}
	}
}
