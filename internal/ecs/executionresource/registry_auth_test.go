package executionresource_test

import (
	"encoding/base64"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource/executionresourcetest"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Pulls of one principal are shared, whichever password each of them has, so no secret may name one.
func TestASecretNamesNoPrincipal(t *testing.T) {
	s := &executionresourcetest.Source{Secrets: map[string]string{aStore: `{"username":"me","password":"hunter2","principal":"role"}`}}
	read, err := executionresource.Read(t.Context(), s, &state.Task{}, []types.ContainerDefinition{private(aStore)})
	if err != nil {
		t.Fatal(err)
	}
	if want := (backend.RegistryAuth{Username: "me", Password: "hunter2"}); *read["app"].Registry != want {
		t.Errorf("the login is %+v, want %+v", *read["app"].Registry, want)
	}
}

// A user name that a definition has in the name of the image is in all answers anyway, and its reason has to name the image.
func TestScrubLogins(t *testing.T) {
	for username, want := range map[string]string{
		"shop":  "example.com/shop/web: no shop:*** (***)",
		"robot": "example.com/shop/web: no ***:*** (***)",
	} {
		s := &executionresourcetest.Source{Secrets: map[string]string{aStore: `{"username":"` + username + `","password":"hunter2"}`}}
		c := private(aStore)
		c.Image = aws.String("example.com/shop/web")
		read, err := executionresource.Read(t.Context(), s, &state.Task{}, []types.ContainerDefinition{c})
		if err != nil {
			t.Fatal(err)
		}
		said := "example.com/shop/web: no " + username + ":hunter2 (" + base64.StdEncoding.EncodeToString([]byte(username+":hunter2")) + ")"
		if got := executionresource.Scrub(read, said); got != want {
			t.Errorf("%s becomes %s, want %s", said, got, want)
		}
	}
}
