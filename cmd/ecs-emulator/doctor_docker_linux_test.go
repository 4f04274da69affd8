package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// thingsOf are the ids of all containers and networks of an owner, with their addresses.
func thingsOf(t *testing.T, owner string) (all []string) {
	t.Helper()
	cli, mine := dockertest.Client(t), make(client.Filters).Add("label", "ecs-emulator.owner="+owner)
	containers, err := cli.ContainerList(t.Context(), client.ContainerListOptions{All: true, Filters: mine})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range containers.Items {
		line := c.ID + " " + string(c.State)
		for _, name := range slices.Sorted(maps.Keys(c.NetworkSettings.Networks)) {
			line += " " + name + " " + c.NetworkSettings.Networks[name].IPAddress.String()
		}
		all = append(all, line)
	}
	networks, err := cli.NetworkList(t.Context(), client.NetworkListOptions{Filters: mine})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range networks.Items {
		all = append(all, n.ID)
	}
	slices.Sort(all)
	return all
}

// watchedEngine is the address of a proxy of the engine, which tells the owner of the first network that is made through it.
func watchedEngine(t *testing.T) (url string, made <-chan string) {
	t.Helper()
	const header = "Owner"
	socket, owners := strings.TrimPrefix(dockertest.Client(t).DaemonHost(), "unix://"), make(chan string, 1)
	server := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", "docker"
			if !strings.HasSuffix(r.In.URL.Path, "/networks/create") {
				return
			}
			body, err := io.ReadAll(r.In.Body)
			var asked network.CreateRequest
			if err := errors.Join(err, json.Unmarshal(body, &asked)); err != nil {
				t.Error(err)
			}
			r.Out.Body = io.NopCloser(bytes.NewReader(body))
			r.Out.Header.Set(header, asked.Labels["ecs-emulator.owner"])
		},
		ModifyResponse: func(r *http.Response) error {
			if owner := r.Request.Header.Get(header); owner != "" && r.StatusCode == http.StatusCreated {
				select {
				case owners <- owner:
				default:
				}
			}
			return nil
		},
		Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return net.Dial("unix", socket) }},
		ErrorLog:  log.New(io.Discard, "", 0), // of a client that is killed
	})
	t.Cleanup(server.Close)
	return strings.Replace(server.URL, "http", "tcp", 1), owners
}

// A healthy machine with an emulator on it whose task runs: doctor finds it well and changes nothing of it, by command and by the
// endpoint.
func TestDockerDoctorDisturbsNoEmulator(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := t.TempDir()
	serve := startServe(t, "--engine", "docker", "--data-dir", dir)
	task := serve.run(dockertest.Image(t), "serve", "8080")
	owner := ownerIn(t, dir)
	t.Cleanup(func() { command("prune", "--owner", owner, "--force").Run() })
	url := endpoint.FindStringSubmatch(serve.ready)[1]
	before := thingsOf(t, owner)

	e := examine(t, nil, "--engine", "docker", "--endpoint", url, "--listen", strings.TrimPrefix(url, "http://"))
	e.has("engine", diagnosis.OK, "docker ", "")
	e.has("sandbox", diagnosis.OK, "made, reached and removed", "")
	e.has("sandbox", diagnosis.OK, "rules of security groups filter", "")
	e.has("images", diagnosis.OK, "are on the engine", "")
	e.has("ports", diagnosis.OK, "answers at", "")
	e.has("ranges", diagnosis.OK, "nothing else has part of 172.31.0.0/16", "")
	e.has("clock", diagnosis.OK, "", "")
	e.has("endpoint", diagnosis.OK, "engine docker", "")

	asked := askDoctor(serve, url)
	asked.has("sandbox", diagnosis.OK, "rules of security groups filter", "")
	asked.has("endpoint", diagnosis.OK, "answers at "+url, "")

	if after := thingsOf(t, owner); !slices.Equal(before, after) {
		t.Errorf("the emulator has\n%s\nand had\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
	}
	serve.until(*task.TaskArn, "RUNNING")
	if got := row(t, owner); !strings.Contains(got, " live ") {
		t.Errorf("its owner is listed as %q", got)
	}
}

// askDoctor has an emulator examine its machine.
func askDoctor(p *process, url string) examination {
	p.Helper()
	response, err := http.Get(url + "/_emulator/doctor")
	p.must(err)
	defer response.Body.Close()
	asked := examination{T: p.T}
	body, err := io.ReadAll(response.Body)
	p.must(err)
	p.must(json.Unmarshal(body, &asked.Report))
	if asked.Status != diagnosis.OK {
		asked.code = map[diagnosis.Status]int{diagnosis.Degraded: 3, diagnosis.Broken: 1}[asked.Status]
	}
	return asked
}

// The container of an emulator stays on the networks that it is on: the engine would publish its ports anew.
func TestDockerDoctorInAContainer(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	c := startInContainer(t, dockertest.Image(t))
	url := endpoint.FindStringSubmatch(c.ready)[1]
	ctx, stop := context.WithCancel(t.Context())
	joined := make(chan string, 1)
	go func() { // the networks that containers join meanwhile
		defer close(joined)
		events := c.cli.Events(ctx, client.EventsListOptions{Filters: make(client.Filters).Add("type", "network").Add("event", "connect")})
		for {
			select {
			case e := <-events.Messages:
				if strings.HasSuffix(e.Actor.Attributes["name"], "-doctor") {
					joined <- e.Actor.Attributes["container"]
				}
			case <-events.Err:
				return
			}
		}
	}()
	var members []string
	collected := make(chan struct{})
	go func() {
		defer close(collected)
		for id := range joined {
			members = append(members, id)
		}
	}()
	asked := askDoctor(c.process, url)
	stop()
	<-collected
	asked.has("sandbox", diagnosis.OK, "rules of security groups filter", "")
	asked.has("container", diagnosis.Degraded, "of the engine: ports of tasks are at 127.0.0.1 of the engine's host", "")
	found, err := c.cli.NetworkInspect(t.Context(), c.network, client.NetworkInspectOptions{})
	c.must(err)
	for id := range found.Network.Containers {
		if slices.Contains(members, id) {
			t.Errorf("the emulator's container joined the doctor's network: %v", members)
		}
	}
	if len(members) == 0 {
		t.Error("no container was seen to join the doctor's network")
	}
}

// What a doctor has made that is killed belongs to an owner that prune takes for dead after a while.
func TestDockerDoctorThatIsKilled(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	engine, made := watchedEngine(t)
	p := &process{T: t, cmd: command("doctor", "--engine", engine)}
	p.must(p.cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	var owner string
	select {
	case owner = <-made:
	case err := <-ended:
		t.Fatalf("it made no network: %v", err)
	}
	p.must(p.cmd.Process.Kill())
	<-ended
	t.Cleanup(func() { command("prune", "--owner", owner, "--force").Run() })
	dying := regexp.MustCompile(owner + `: it ended or was cut off \S+ ago; .* then as dead|(?m:^` + owner + ` +dead )`)
	p.eventually("the engine notices", func() bool { return dying.MatchString(pruned(t)) || len(thingsOf(t, owner)) == 0 })
	output, err := command("prune", "--owner", owner, "--force").CombinedOutput()
	if err != nil && !strings.Contains(string(output), "no owner "+owner+" has anything") { // emulators of other tests remove it as well
		t.Errorf("prune: %v: %s", err, output)
	}
	if left := thingsOf(t, owner); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
}

// rangeOf has a network have a range.
func rangeOf(at string) *network.IPAM {
	return &network.IPAM{Config: []network.IPAMConfig{{Subnet: netip.MustParsePrefix(at)}}}
}

// A network in the way of the VPC, and what a dead owner has left, on the engine itself.
func TestDockerDoctorFindsWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	cli := dockertest.Client(t)
	add := func(name, at string, labels map[string]string) {
		_, err := cli.NetworkCreate(t.Context(), name, client.NetworkCreateOptions{Driver: "bridge", Labels: labels, IPAM: rangeOf(at)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cli.NetworkRemove(context.Background(), name, client.NetworkRemoveOptions{}) })
	}
	gone := dockertest.Owner()
	add("doctor-"+gone, "10.211.64.0/24", nil)
	add("dead-"+gone, "10.211.65.0/24", map[string]string{"ecs-emulator.owner": gone, "ecs-emulator.kind": "network"})

	e := examine(t, nil, "--engine", "docker", "--vpc-cidr", "10.211.0.0/16")
	e.has("ranges", diagnosis.Broken, "overlaps 10.211.64.0/24 of the engine's network doctor-"+gone, "--vpc-cidr")
	// An emulator of another test may remove what is dead at any time.
	if len(thingsOf(t, gone)) > 0 {
		e.has("leftovers", diagnosis.Degraded, "owner "+gone+" is dead and has 1 network", "doctor --fix")
	}

	s := onTerminal(&process{T: t}, 200, false, "doctor", "--engine", "docker", "--fix")
	s.eventually("it asks", func() bool {
		return strings.Contains(s.text(), "[y/N] ") || strings.Contains(s.text(), "nothing to remove: ")
	})
	_, err := s.user.WriteString("y\n")
	s.must(err)
	s.eventually("it removes", func() bool { return len(thingsOf(t, gone)) == 0 })
	if _, err := cli.NetworkInspect(t.Context(), "doctor-"+gone, client.NetworkInspectOptions{}); err != nil {
		t.Errorf("a network of no emulator: %v", err)
	}
}
