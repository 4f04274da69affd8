package console

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
)

// route is a page with the parts of its pattern.
type route struct {
	page.Page
	parts []string
}

func newRoute(p page.Page) route { return route{p, parts(p.Pattern)} }

func parts(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// found is a page that a path leads to.
type found struct {
	*route
	path string // below Prefix, escaped; without a slash at its end
	vars map[string]string
}

// find returns the page of an escaped path, or nil.
func (c *Console) find(path string) *found {
	wanted := parts(path)
	for i := range c.pages {
		if vars, ok := c.pages[i].match(wanted); ok {
			f := &found{route: &c.pages[i], vars: vars}
			if len(wanted) > 0 {
				f.path = "/" + strings.Join(wanted, "/")
			}
			return f
		}
	}
	return nil
}

// match returns the variables of a pattern, and whether it fits.
func (r *route) match(wanted []string) (vars map[string]string, ok bool) {
	vars = map[string]string{}
	for i, part := range r.parts {
		name, variable := strings.CutPrefix(part, "{")
		name = strings.TrimSuffix(name, "}")
		rest, all := strings.CutSuffix(name, "...")
		switch {
		case i >= len(wanted):
			return nil, false
		case !variable && part != wanted[i]:
			return nil, false
		case !variable:
			continue
		}
		value := wanted[i]
		if all {
			name, value = rest, strings.Join(wanted[i:], "/")
			wanted = wanted[:i+1]
		}
		value, err := url.PathUnescape(value)
		if err != nil || value == "" {
			return nil, false
		}
		vars[name] = value
	}
	return vars, len(wanted) == len(r.parts)
}

// listed are the pages in the list of pages.
func (c *Console) listed(r *http.Request) (links []page.Link) {
	asked, err := c.request(r, &found{route: &route{}})
	if err != nil {
		return nil
	}
	for i := range c.pages {
		if p := &c.pages[i]; p.Nav != "" {
			links = append(links, page.Link{Text: p.Nav, To: asked.To(p.parts...)})
		}
	}
	return links
}
