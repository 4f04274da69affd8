// Package repositories has the console's pages of Amazon ECR: repositories, their images, and when these were pulled last.
package repositories

import (
	"cmp"
	"fmt"
	"strings"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// Pages are the pages of this package.
func Pages() []page.Page {
	return []page.Page{
		{Pattern: "/repositories", Nav: "Repositories", Read: readRepositories},
		{Pattern: "/repositories/{name...}", Within: "/repositories", Read: readRepository},
	}
}

// mostNamed is how many things a refusal names.
const mostNamed = 20

// stocks are the repositories of the page's scope with what they have.
func stocks(r *page.Request) (list []overview.Repository) {
	find := r.Overview().Repositories
	if find == nil {
		return nil
	}
	for _, each := range find(r.Tx) {
		if arn.ScopeOf(each.ARN) == r.Scope {
			list = append(list, each)
		}
	}
	return list
}

// readRepositories reads the page of all repositories, and of pulls that take long.
func readRepositories(r *page.Request) (*page.View, error) {
	var all []overview.Repository
	for _, each := range stocks(r) {
		if r.Matches(each.Name) {
			all = append(all, each)
		}
	}
	shown, paging, err := page.List(r, "repositories", all, func(each overview.Repository) string { return each.Name },
		func(a, b overview.Repository) int { return cmp.Compare(a.Name, b.Name) })
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, each := range shown {
		rows = append(rows, page.Row{ID: "repository-" + each.Name, Cells: []g.Node{
			page.A(each.Name, r.To("repositories", each.Name)), page.Code(each.URI), page.Number(each.Images), page.Text(size(each.Bytes)), page.Time(each.PushedAt),
		}})
	}
	return &page.View{
		Title: "Repositories", Summary: counted(paging.Total, "repository", "repositories"),
		Sections: []page.Section{
			{ID: "repositories", Title: "Repositories", Wide: true, Body: g.Group{
				r.Filter("repositories"), page.Table("Repositories of Amazon ECR", []string{"Name", "URI", "Images", "Size", "Last push"}, rows), r.Pages(paging),
			}},
			{ID: "pulls", Title: "Pulls under way", Body: pulls(r)},
		},
	}, nil
}

// pulls shows pulls of images for tasks that take long, from any registry.
func pulls(r *page.Request) g.Node {
	var rows []page.Row
	if find := r.Overview().Pulls; find != nil {
		for i, p := range find("") {
			come := page.None()
			if p.Of > 0 {
				come = page.Textf("%s of %s", size(p.Bytes), size(p.Of))
			}
			rows = append(rows, page.Row{ID: fmt.Sprintf("pull-%d", i), Cells: []g.Node{page.Code(p.Image), come}})
		}
	}
	return page.Table("Pulls of images under way that take long", []string{"Image", "Has come"}, rows)
}

// readRepository reads the page of a repository: its images, those first that were pushed last.
func readRepository(r *page.Request) (*page.View, error) {
	name := r.Var("name")
	repository := ecr.Repositories.Find(r.Tx, r.Scope, name)
	if repository == nil {
		var there []page.Link
		for _, other := range ecr.Repositories.List(r.Tx, r.Scope) {
			if len(there) < mostNamed {
				there = append(there, page.Link{Text: other.Name, To: r.To("repositories", other.Name)})
			}
		}
		return nil, page.NotFound(there, "There is no repository %s.", name)
	}
	var all []*ecr.Image
	for _, i := range ecr.Images.List(r.Tx, repository) {
		if r.Query.Get("q") == "" || r.Matches(append(ecr.TagsOf(r.Tx, i), i.Digest)...) {
			all = append(all, i)
		}
	}
	shown, paging, err := page.List(r, "images", all, func(i *ecr.Image) string { return i.Digest },
		func(a, b *ecr.Image) int {
			return cmp.Or(b.PushedAt.Compare(a.PushedAt), cmp.Compare(a.Digest, b.Digest))
		})
	if err != nil {
		return nil, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, i := range shown {
		pulled := page.Text("never")
		if !i.PulledAt.IsZero() {
			pulled = page.Time(i.PulledAt)
		}
		rows = append(rows, page.Row{ID: "image-" + strings.TrimPrefix(i.Digest, "sha256:"), Cells: []g.Node{
			page.Code(i.Digest), page.Or(strings.Join(ecr.TagsOf(r.Tx, i), ", ")), page.Text(size(i.ImageSize())), page.Text(i.MediaType), page.Time(i.PushedAt), pulled,
		}})
	}
	return &page.View{
		Title: name, Kind: "Repository", Summary: counted(paging.Total, "image", "images"), Trail: []page.Link{{Text: "Repositories", To: r.To("repositories")}},
		Sections: []page.Section{
			{ID: "repository", Title: "Repository", Body: about(repository)},
			{ID: "images", Title: "Images", Wide: true, Body: g.Group{
				r.Filter("images by tag or digest"), page.Table("Images, those first that were pushed last", []string{"Digest", "Tags", "Size", "Media type", "Pushed", "Last pull"}, rows), r.Pages(paging),
			}},
		},
	}, nil
}

func about(repository *ecr.Repository) g.Node {
	pairs := []page.Pair{
		{Name: "ARN", Value: page.Code(repository.ARN())},
		{Name: "Name on AWS", Value: page.Code(repository.AWSName())},
		{Name: "Tags of images", Value: page.Or(repository.Mutability)},
		{Name: "Created", Value: page.Time(repository.CreatedAt)},
		{Name: "Last push", Value: page.Time(repository.PushedAt)},
	}
	if at := repository.LifecycleDue(); !at.IsZero() {
		pairs = append(pairs, page.Pair{Name: "Lifecycle rules act", Value: page.Time(at)})
	}
	return page.Pairs(pairs...)
}

// size is a number of bytes.
func size(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	}
	return counted(int(bytes), "byte", "bytes")
}

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
