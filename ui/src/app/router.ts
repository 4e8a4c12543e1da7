/** Pages and their addresses. Signed-out visitors are sent to the sign-in page and come back after it. */
import { createRouter, createWebHistory, type RouteLocationNormalized } from "vue-router";
import { handleUnauthorized } from "@/api/client";
import { forgetSession, loadSession } from "./session";
import { reloadAfterUpgrade } from "./upgrade";

declare module "vue-router" {
  interface RouteMeta {
    /** Reachable without a session. */
    open?: boolean;
    /** Fills the window without the top bar, always in dark colours. */
    viewer?: boolean;
  }
}

const number = (parameter: unknown): number => Number(parameter);

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (to, from, saved) => (to.path === from.path ? undefined : (saved ?? { top: 0 })),
  routes: [
    { path: "/", redirect: { name: "projects" } },
    { path: "/login", name: "login", component: () => import("@/pages/login/LoginPage.vue"), meta: { open: true } },
    { path: "/projects", name: "projects", component: () => import("@/pages/projects/ProjectsPage.vue") },
    { path: "/project/:project(\\d+)", redirect: (to) => ({ name: "images", params: to.params }) },
    {
      path: "/project/:project(\\d+)/images",
      name: "images",
      component: () => import("@/pages/project/ProjectPage.vue"),
      props: (to) => ({ projectId: number(to.params["project"]) }),
    },
    {
      path: "/project/:project(\\d+)/image/:image(\\d+)/:annotationWord(annotation)?/:annotation(\\d+)?",
      name: "viewer",
      component: () => import("@/pages/viewer/ViewerPage.vue"),
      props: (to) => ({
        projectId: number(to.params["project"]),
        imageId: number(to.params["image"]),
        annotationId: to.params["annotation"] ? number(to.params["annotation"]) : null,
      }),
      meta: { viewer: true },
    },
    {
      path: "/ontology/:ontology(\\d+)?",
      name: "ontologies",
      component: () => import("@/pages/ontologies/OntologiesPage.vue"),
      props: (to) => ({ ontologyId: to.params["ontology"] ? number(to.params["ontology"]) : null }),
    },
    { path: "/:path(.*)*", name: "not-found", component: () => import("@/pages/not-found/NotFoundPage.vue"), meta: { open: true } },
  ],
});

function signInFirst(to: RouteLocationNormalized) {
  return { name: "login", query: to.fullPath === "/projects" ? {} : { next: to.fullPath } };
}

router.beforeEach(async (to) => {
  if (to.meta.open === true && to.name !== "login") return true;
  const user = await loadSession().catch(() => null);
  if (to.name === "login") return user === null ? true : { name: "projects" };
  return user === null ? signInFirst(to) : true;
});

reloadAfterUpgrade(router);

router.afterEach((to) => {
  if (to.meta.viewer === true) document.documentElement.dataset["chrome"] = "dark";
  else delete document.documentElement.dataset["chrome"];
});

handleUnauthorized(() => {
  const here = router.currentRoute.value;
  if (here.meta.open === true) return;
  forgetSession();
  void router.push(signInFirst(here));
});
