package terraform

import (
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/v1/random"
)

// TestRepositories makes a repository with its policies, pushes an image with a login that Terraform has asked for, and makes a task
// definition of its digest. It changes and imports all of it, and removes it with the image.
func TestRepositories(t *testing.T) {
	t.Parallel()
	asRoot(t, runRepositories)
}

func runRepositories(t *testing.T, by *caller) {
	srv := by.start(t)
	p := newProject(t, srv, os.DirFS(modulesFolder+"/repository"))
	p.attach()
	if first := p.change("apply"); first != (changes{Add: 3}) {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()

	image, err := random.Image(1000, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := crane.Push(image, srv.RepositoryURI("shop/app")+":v1", crane.WithAuth(p.login())); err != nil {
		t.Fatal(err)
	}
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}

	variables := []string{"-var=release=2", "-var=pushed=true"}
	// The provider replaces a lifecycle policy.
	if second := p.change(append([]string{"apply"}, variables...)...); second != (changes{Add: 2, Change: 2, Remove: 1}) {
		t.Errorf("the apply of a change made %+v", second)
	}
	p.settled(variables...)
	family := "shop"
	out, err := ecs.NewFromConfig(srv.Config()).DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: &family})
	if err != nil || !strings.HasSuffix(*out.TaskDefinition.ContainerDefinitions[0].Image, "/shop/app@"+digest.String()) {
		t.Errorf("the task definition is %+v, %v; want the image %s", out, err, digest)
	}

	forgotten := p.forgetSome("", map[string]string{
		"aws_ecr_repository.app": "name", "aws_ecr_lifecycle_policy.app": "repository", "aws_ecr_repository_policy.app": "repository",
	})
	// Whether a repository is deleted by force is Terraform's own, so an import changes that.
	if third := p.change(append([]string{"apply"}, variables...)...); third.Import != forgotten || third.Add+third.Remove > 0 {
		t.Errorf("an import of %d found %+v", forgotten, third)
	}
	p.imported()
	p.settled(variables...)
	if last := p.change(append([]string{"destroy"}, variables...)...); last.Remove != 4 {
		t.Errorf("destroy removed %+v", last)
	}
	left, err := ecr.NewFromConfig(srv.Config()).DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{})
	if err != nil || len(left.Repositories) > 0 {
		t.Errorf("repositories are left: %+v, %v", left, err)
	}
}

// login is what the data source aws_ecr_authorization_token has read.
func (p *project) login() *authn.Basic {
	p.Helper()
	for _, r := range p.stateIn("terraform.tfstate").Resources {
		if r.Type == "aws_ecr_authorization_token" {
			read := r.Instances[0].Attributes
			return &authn.Basic{Username: read["user_name"].(string), Password: read["password"].(string)}
		}
	}
	p.Fatal("the state has no login")
	return nil
}
