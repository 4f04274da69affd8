package app

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/registry"
	"github.com/ecs-emulator/ecs-emulator/internal/app/scratch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

// Images are Amazon ECR: repositories, and the registry to which engines push.
type Images struct {
	*Core
	// Size is how many bytes all images may have; 0: any number.
	Size int64
	// Engine pulls images of tasks.
	Engine *Engine
	// OwnAddress is the endpoint's on this machine: "127.0.0.1:4577". Nothing is at port 0.
	OwnAddress string
	// FixedAddress is where users say that the engine reaches the registry. Empty: the engine is asked.
	FixedAddress string
	// AWSURIs answers repositoryUri as AWS does.
	AWSURIs bool
	// Strict is that no local image stands in for a tag that a repository does not have.
	Strict bool

	// Pulls is how many images are being pulled.
	Pulls func() int

	inventory ecr.Inventory
	files     *ecr.Files
	downloads ecr.Downloads
	address   *imagepull.Address            // of the first engine
	addresses map[string]*imagepull.Address // by the names of engines
	temporary *scratch.Folder               // of files without a data directory; nil: there is one
}

// Module lists what it brings.
func (i *Images) Module() Module {
	return Module{
		Name: "images",
		Rows: []string{"ecr-account-setting", "ecr-address", "ecr-image", "ecr-lifecycle-preview", "ecr-login-key", "ecr-repository", "ecr-tag"},
		Forgets: []Forgetting{{[]string{"ecr-layer"}, func(tx *store.Tx, now time.Time) {
			i.files.DiscardAfter(tx, ecr.ForgetLayers(tx, now))
		}}},
		Open: i.open, Close: i.close, Reset: i.reset, Offer: i.offer, Begin: i.begin, Announcements: []Announcement{ofECR},
		Sweep: func() error { return i.files.Sweep(i.Clock.Now()) },
	}
}

// open opens the folder of the files: the first push makes it.
func (i *Images) open(context.Context) (err error) {
	if i.DataDir != "" {
		i.files, err = ecr.OpenFiles(filepath.Join(i.DataDir, "registry"), i.Store, i.Size)
		return err
	}
	i.temporary = scratch.New("ecs-emulator-registry-")
	if i.files, err = ecr.OpenFiles(i.temporary.Dir, i.Store, i.Size); err != nil {
		return err
	}
	i.files.Folder = i.temporary.Make
	return nil
}

// Registry serves the paths below registry.Prefix. Requests go wrong and are observed like calls of APIs.
func (i *Images) Registry(calls awsapi.Options) http.Handler {
	return registry.New(registry.Options{
		Store: i.Store, Files: i.files, Now: i.Clock.Now, Home: i.Scope, Authorize: calls.Authorize, Faults: calls.Faults, Observe: calls.Observe,
		MountsBlobs: ecr.MountsBlobs, OfEngine: i.isLogin, Log: i.Log,
	})
}

func (i *Images) reset() error {
	for _, at := range i.addresses {
		at.Forget()
	}
	if left := i.files.Reset(); left != nil {
		return fmt.Errorf("files of images are left: %w", left)
	}
	return nil
}

func (i *Images) close() error {
	if i.temporary == nil {
		return nil
	}
	return i.temporary.Remove()
}
