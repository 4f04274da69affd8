package app

import (
	"context"
	"io"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	ecrapi "github.com/ecs-emulator/ecs-emulator/handlers/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr/expiry"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

func (i *Images) offer() Offer {
	i.findAddresses() // now that the engines are open
	return Offer{
		APIs: []API{ecrapi.New(ecrapi.Options{
			Store: i.Store, Now: i.Clock.Now, Wall: i.Clock.Wall, Logins: ecr.NewLogins(i.Store), Files: i.files,
			Downloads: &i.downloads, DownloadPath: control.LayerPath, Naming: i.naming(), Stored: i.PolicyStored,
		})},
		Routes:   control.LayerRoutes(i.layer),
		Measures: []control.Measure{control.MeasureImages(i.Store, i.files.Size, i.Pulls)},
	}
}

// Shown lists the repositories for an overview.
func (i *Images) Shown(tx *store.Tx) []overview.Repository {
	stocks, naming := i.inventory.Stocks(tx), i.naming()
	naming.Address = func(context.Context) string { return i.address.Best() } // looking has no engine asked
	list := make([]overview.Repository, len(stocks))
	for n, s := range stocks {
		r := s.Repository
		list[n] = overview.Repository{ARN: r.ARN(), Name: r.Name, URI: naming.URI(context.Background(), r), Images: s.Images, Bytes: s.Bytes, PushedAt: r.PushedAt}
	}
	return list
}

// layer opens the layer of a URL that GetDownloadUrlForLayer has answered.
func (i *Images) layer(id string) io.ReadSeekCloser {
	file, _, err := i.files.Open(i.downloads.Digest(id, i.Clock.Now()))
	if err != nil {
		return nil
	}
	return file
}

func (i *Images) begin(Work) Work {
	for _, r := range ecr.Repositories.All(i.Store.Read()) {
		if !r.Evaluable() { // an older build has taken it
			i.Log.Warn("the policy of a repository cannot be evaluated, and what cannot be read of it says nothing", "repository", r.ARN())
		}
	}
	return Work{Loops: []controllers.Loop{
		controllers.Of("lifecycle rules", expiry.New(expiry.Options{Store: i.Store, Clock: i.Clock, Log: i.Log, Files: i.files})),
	}}
}

// ofECR are pushes and deletions of images.
var ofECR = Announcement{
	About: func(change any) (About, bool) {
		c, ok := change.(*ecr.Action)
		if !ok {
			return About{}, false
		}
		return About{c.RepositoryARN, "aws.ecr", ecrapi.ActionDetailType}, true
	},
	JSON: func(_ *store.Tx, e outbox.Event) []byte {
		return ecrapi.ActionEvent(e.Value.Value().(*ecr.Action), e.At)
	},
}
